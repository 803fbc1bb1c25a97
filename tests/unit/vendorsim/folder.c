/* folder - see folder.h. */
#include "tests/unit/vendorsim/folder.h"

#include <dirent.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/unit/test_main.h"

void folder_open(struct folder *folder)
{
    snprintf(folder->path, sizeof folder->path, "/tmp/vendorsim-test-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder->path));
}

char *folder_file(void *mem, const struct folder *folder, const char *name)
{
    return mem_printf(mem, "%s/%s", folder->path, name);
}

void folder_close(struct folder *folder)
{
    DIR *dir = opendir(folder->path);
    struct dirent *entry;
    char *path;

    CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
    while ((entry = readdir(dir)) != NULL) {
        path = folder_file(NULL, folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
        mem_free(path);
    }
    closedir(dir);
    CU_ASSERT_EQUAL(rmdir(folder->path), 0);
}
