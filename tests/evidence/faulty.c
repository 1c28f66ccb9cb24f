/* A disk that fails once: put before libc with LD_PRELOAD, it lets the N-th sync below a folder fail with EIO.

   With `forget` it also takes back what was written to that file since its last good sync, and a rename since the
   folder's last good sync: that is what a system may do after a failed write-back. From the failure on it counts what
   still writes below the folder: a log that stopped writes nothing. Files ending in -shm hold no data and do not count.
   Used by test_evidence_faults.py; for x86-64 and arm64 Linux with glibc. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct change {
    struct change *before;
    ino_t file;
    off_t at, size;
    ssize_t length;
    char path[PATH_MAX], old[];
};

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];
static long nth = -1, syncs, later;
static int forget, failed;
static struct change *changes;
static char renamed[PATH_MAX], kept[PATH_MAX], where[PATH_MAX];

#define REAL(name, ...) ((long (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

void faulty_begin(const char *below, long which, int forgetful) {
    strncpy(folder, below, sizeof folder - 1);
    nth = which, forget = forgetful, syncs = later = failed = 0, *where = 0;
}
long faulty_syncs(void) { return syncs; }
long faulty_later(void) { return later; }
const char *faulty_where(void) { return where; } /* what failed to sync; empty if nothing did */

static int counts(const char *path) {
    size_t length = strlen(path);
    return *folder && !strncmp(path, folder, strlen(folder)) && !(length > 4 && !strcmp(path + length - 4, "-shm"));
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return counts(path);
}

static void remember(int fd, off_t at, size_t length) {
    struct stat now;
    char path[PATH_MAX];
    if (!path_of(fd, path) || fstat(fd, &now)) return;
    later += failed;
    struct change *new = calloc(1, sizeof *new + length);
    new->before = changes, new->file = now.st_ino, new->at = at, new->size = now.st_size;
    new->length = pread(fd, new->old, length, at);
    strcpy(new->path, path);
    changes = new;
}

/* Drop what is remembered of a file, and with `undo` take it back, the last change first. */
static void settle(ino_t file, int undo) {
    for (struct change **place = &changes, *one; (one = *place);) {
        if (one->file != file) { place = &one->before; continue; }
        FILE *stream = undo ? fopen(one->path, "r+") : NULL;
        if (stream) {
            if (one->length > 0) REAL("pwrite64", int, const void *, size_t, off_t)(fileno(stream), one->old, one->length, one->at);
            if (ftruncate(fileno(stream), one->size)) abort();
            fclose(stream);
        }
        *place = one->before;
        free(one);
    }
}

static long sync_or_fail(int fd, const char *name) {
    char path[PATH_MAX];
    struct stat now;
    if (!path_of(fd, path) || fstat(fd, &now)) return REAL(name, int)(fd);
    pthread_mutex_lock(&turn);
    later += failed;
    int fails = ++syncs == nth;
    settle(now.st_ino, fails && forget);
    if (S_ISDIR(now.st_mode) && *kept) {
        if (fails && forget) REAL("rename", const char *, const char *)(kept, renamed);
        else REAL("unlink", const char *)(kept);
        *kept = 0;
    }
    if (fails) failed = 1, strcpy(where, path);
    pthread_mutex_unlock(&turn);
    if (!fails) return REAL(name, int)(fd);
    errno = EIO;
    return -1;
}

int fsync(int fd) { return sync_or_fail(fd, "fsync"); }
int fdatasync(int fd) { return sync_or_fail(fd, "fdatasync"); }

static ssize_t write_at(int fd, const void *from, size_t length, off_t at) {
    pthread_mutex_lock(&turn);
    remember(fd, at, length);
    pthread_mutex_unlock(&turn);
    return REAL("pwrite64", int, const void *, size_t, off_t)(fd, from, length, at);
}
ssize_t pwrite(int fd, const void *from, size_t length, off_t at) { return write_at(fd, from, length, at); }
ssize_t pwrite64(int fd, const void *from, size_t length, off_t at) { return write_at(fd, from, length, at); }

ssize_t write(int fd, const void *from, size_t length) {
    off_t at = lseek(fd, 0, SEEK_CUR);
    pthread_mutex_lock(&turn);
    if (at >= 0) remember(fd, at, length);
    pthread_mutex_unlock(&turn);
    return REAL("write", int, const void *, size_t)(fd, from, length);
}

int rename(const char *from, const char *to) {
    pthread_mutex_lock(&turn);
    if (counts(to)) {
        later += failed;
        snprintf(kept, sizeof kept, "%s.kept", to);
        strcpy(renamed, to);
        if (link(to, kept)) *kept = 0;
    }
    pthread_mutex_unlock(&turn);
    return REAL("rename", const char *, const char *)(from, to);
}

int unlink(const char *path) {
    pthread_mutex_lock(&turn);
    later += failed && counts(path);
    pthread_mutex_unlock(&turn);
    return REAL("unlink", const char *)(path);
}
