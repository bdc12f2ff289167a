#pragma once
#include <string>
#include <vector>

#include "crypto/error.hpp"

namespace sotto::crypto {

/// Readies the libraries; every program calls it first. May be called again.
///
/// errors  unusable_system  a library did not start, the kernel gives no random numbers, or a hash came out wrong:
///                          the program must not go on
Result<void> start();

/// The processor's abilities that are in use, for people: "AES-NI", "SHA-NI", …; empty in a portable build.
std::vector<std::string> cpu_features();

}  // namespace sotto::crypto
