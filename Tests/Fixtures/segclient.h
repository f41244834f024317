/* What the two halves of segclient share. */
#ifndef SEGCLIENT_H
#define SEGCLIENT_H

#include <rsmapi.h>

#include "rsmclient.h"

#define OBJECTS 64

/* Handles of every kind. */
extern void *object[OBJECTS];

/* Carries out a command about imports or barriers; returns 0 if it is none. */
int run_import(const char *word);

#endif
