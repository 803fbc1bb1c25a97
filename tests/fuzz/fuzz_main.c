/* fuzz_main - runs a fuzz target over the files of the folders that are named on the command line.
 *
 * For builds without libFuzzer: what the corpus once found stays found. Each input is in an
 * allocation of exactly its size, so that a sanitizer sees one octet too many.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"

#define INPUT_MAX (1024L * 1024)

static void run_file(const char *path)
{
    static uint8_t buffer[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    uint8_t *exact;
    size_t size;

    BUG_ON(file == NULL);
    size = fread(buffer, 1, sizeof buffer, file);
    fclose(file);
    exact = malloc(size == 0 ? 1 : size);
    BUG_ON(exact == NULL);
    for (size_t i = 0; i < size; i++)
        exact[i] = buffer[i];
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

/* Returns the number of files. */
static int run_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    char path[4096];
    int files = 0;

    if (dir == NULL) {
        perror(folder);
        return 0;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        run_file(path);
        files++;
    }
    closedir(dir);
    return files;
}

int main(int argc, char **argv)
{
    int files = 0;

    LLVMFuzzerTestOneInput(NULL, 0);
    for (int i = 1; i < argc; i++)
        files += run_folder(argv[i]);
    printf("%d files\n", files);
    return files > 0 ? 0 : 1;
}
