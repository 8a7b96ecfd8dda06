/* SPDX-License-Identifier: MIT */
#ifndef PIGGY_LZOP_H
#define PIGGY_LZOP_H

#include "piggy.h"

bool lzop_decode(struct piggy *p);

#endif /* PIGGY_LZOP_H */
