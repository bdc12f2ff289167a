#include "crypto/equal.hpp"

#include "crypto/verdict.hpp"

namespace sotto::crypto {

bool equal(base::View left, base::View right) {
  if (left.size() != right.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    difference |= static_cast<unsigned>(left[i] ^ right[i]);
    asm volatile("" : "+r"(difference));  // or a compiler may see that the loop can be left early
  }
  return verdict(difference == 0);
}

}  // namespace sotto::crypto
