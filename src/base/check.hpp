#pragma once
#include <cstdio>
#include <cstdlib>

/// A promise of ours: if it broke, the program stops here and names the place.
#define CHECK(claim)                                                                   \
  do {                                                                                 \
    if (!(claim)) {                                                                    \
      std::fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #claim); \
      std::abort();                                                                    \
    }                                                                                  \
  } while (false)
