#include "crypto/verdict.hpp"

namespace sotto::crypto {

// A branch that a compiler can't turn into arithmetic, so that valgrind sees where the secret ends.
[[gnu::noinline]] bool verdict(bool answer) {
  volatile bool known = false;
  if (answer) known = true;
  return known;
}

unsigned verdict(unsigned number) {
  constexpr unsigned most = 16;
  unsigned known = 0;
  for (unsigned i = 1; i <= most; ++i) {
    if (verdict(number == i)) known = i;
  }
  return known;
}

}  // namespace sotto::crypto
