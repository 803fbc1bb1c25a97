/* folder - a folder for one test's files, gone afterwards. */
#ifndef COUNTERSIGN_TESTS_VENDORSIM_FOLDER_H
#define COUNTERSIGN_TESTS_VENDORSIM_FOLDER_H

struct folder {
    char path[64];
};

void folder_open(struct folder *folder);
void folder_close(struct folder *folder);

/* The path of a file in it, on `mem`. */
char *folder_file(void *mem, const struct folder *folder, const char *name);

#endif
