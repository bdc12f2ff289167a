#pragma once
#include "protocol/error.hpp"
#include "sotto/sotto_protocol.h"

namespace sotto::api {

template <class T>
using Result = base::Result<T, sotto_status>;

sotto_status status_of(protocol::Error error);

/// The same outcome with the error as the C interface says it, for TRY in a function that returns a sotto_status.
template <class T>
Result<T> translated(base::Result<T, protocol::Error> outcome) {
  if (!outcome) return status_of(outcome.error());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(outcome);
  }
}
template <class T>
Result<T> translated(base::Result<T, crypto::Error> outcome) {
  if (!outcome) return status_of(protocol::from_crypto(outcome.error()));
  return *std::move(outcome);
}

}  // namespace sotto::api
