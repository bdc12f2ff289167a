/* Which of this processor's abilities AWS-LC has found and uses. */
#ifndef SOTTO_CRYPTO_AWSLC_HARDWARE_H
#define SOTTO_CRYPTO_AWSLC_HARDWARE_H

#if defined(__cplusplus)
extern "C" {
#endif

struct sotto_hardware {
  const char *name;     /* for people */
  const char *kernel;   /* as /proc/cpuinfo says it */
  int in_use;
};

/* A list that ends with a null name; the same one at each call. */
const struct sotto_hardware *sotto_hardware_paths(void);

#if defined(__cplusplus)
}
#endif

#endif
