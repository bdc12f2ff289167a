#pragma once
#include <string>

#include "base/result.hpp"
#include "net/error.hpp"
#include "protocol/error.hpp"
#include "store/problem.hpp"

namespace sotto::client {

enum class Error {
  refused,      // with a reason; nothing was changed
  unreachable,  // the server can't be reached now; what was to be sent is kept
  waiting,      // what is to be sent is kept: for a person's answer, or for somebody else's server
  locked,       // the store does not open: wrong passphrase
};

/// What went wrong, and what the person can do about it.
struct Problem {
  Error error;
  std::string message;
  bool lacks_permit = false;       // no right to write to this contact counts any more
  bool is_unknown_device = false;  // the server has no place for this device

  Problem(Error kind, std::string words) : error(kind), message(std::move(words)) {}
  Problem(const store::Problem& problem);
  Problem(const net::Error& error, const std::string& server);
};

template <class T>
using Result = base::Result<T, Problem>;

inline Problem refused(std::string message) { return {Error::refused, std::move(message)}; }

/// Why a session could not be made or a message not be read, in words.
std::string to_text(protocol::Error error);

}  // namespace sotto::client
