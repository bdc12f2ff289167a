#pragma once
#include <string>

#include "base/result.hpp"
#include "crypto/error.hpp"
#include "protocol/error.hpp"

namespace sotto::conformance {

/// Why an operation was refused: a word of the conformance protocol, and a line for a person.
struct Failure {
  std::string code;
  std::string message;
};

template <class T>
using Result = base::Result<T, Failure>;

Failure invalid_request(std::string message);
Failure failure(protocol::Error error);
Failure failure(crypto::Error error);

}  // namespace sotto::conformance

/// CONFORM(const Name name, call()): TRY for a call of protocol/ or crypto/, whose error becomes the protocol's word.
#define CONFORM(declaration, ...)                                                                                    \
  auto SOTTO_JOIN(outcome_, __LINE__) = (__VA_ARGS__);                                                               \
  if (!SOTTO_JOIN(outcome_, __LINE__)) return ::sotto::conformance::failure(SOTTO_JOIN(outcome_, __LINE__).error()); \
  declaration = *std::move(SOTTO_JOIN(outcome_, __LINE__))
