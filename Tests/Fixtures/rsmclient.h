/* What the two halves of rsmclient share. */
#ifndef RSMCLIENT_H
#define RSMCLIENT_H

#define PAGE 4096UL

/* The words after the command as numbers, and the first of them as it is. */
extern unsigned long argument[8];
extern char text[256];

/* Prints one line. */
void answer(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Carries out a command about memory; returns 0 if it is none. */
int run_memory(const char *word);

#endif
