/* The files of a volume for one guest. See fileserver.c. */
#ifndef MAYFLY_FILESERVER_H
#define MAYFLY_FILESERVER_H

#include <linux/fuse.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The longest answers are reads, which fit a frame of the agent; the longest requests what the guest's volume.c reads at once. */
enum { MAX_DATA = 61440, MAX_MESSAGE = 69632, OWNER = 1000 };

struct message {
    uint32_t opcode;
    uint64_t unique, node;
    const char *rest; /* what was not looked at yet */
    size_t left;
};

/* A lock owner's open file: fcntl's locks of one owner on one file. */
struct owner {
    uint64_t id;
    int fd;
    long ranges; /* at most so many are locked */
    struct owner *next, *before, *after; /* of the file, and of all files */
};

/* A file or folder that the guest knows. */
struct node {
    int fd; /* a place only: O_PATH; -1: free */
    dev_t device;
    ino_t inode;
    mode_t type;
    uint64_t known;      /* how often the guest was told of it */
    uint64_t generation; /* of those that had this number */
    uint64_t number;
    uint64_t opens; /* by handles */
    struct owner *owners;
    struct node *same_hash;
};

/* fileserver.c: requests and answers */
void die(const char *what);
void answer(uint64_t unique, const void *content, size_t length);
void answer_error(uint64_t unique, int error);
const char *next_text(struct message *message);
const char *next_name(struct message *message);
const void *next_part(struct message *message, size_t length);

/* filenodes.c: what the guest knows by number */
void nodes_open(const char *folder);
struct node *node_of(uint64_t number);
struct node *node_at(struct node *folder, const char *name);
void node_forget(uint64_t number, uint64_t times);
int node_open(const struct node *node, int flags);
const char *node_path(const struct node *node);
uint64_t handle_add(int fd, struct node *node, int flags);
int handle_fd(uint64_t handle);
int handle_append(uint64_t handle, int append);
void handle_close(uint64_t handle);
void confine(void);

/* filecalls.c */
void serve(struct message *message);

/* filelocks.c */
void lock_call(struct message *message, struct node *node);
void lock_close(struct node *node, uint64_t owner);
void locks_forget(struct node *node);
void locks_interrupt(uint64_t unique);
void locks_try_again(void);
int locks_waiting(void);

#endif
