#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <variant>

#include "client/problem.hpp"

/// JSON-RPC 2.0, one object a line, in both directions: either end may ask.
namespace sotto::rpc {

namespace json = boost::json;

constexpr std::size_t longest_line = 16u << 20;  // bytes: a text of 1 MiB may need six for each of its own

/// The codes of an error answer. Those below -32000 are ours; what went wrong stands in the words.
enum class Code : std::int32_t {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  refused = -32001,
  unreachable = -32003,
  locked = -32004,
  waiting = -32005,
};

struct Failure {
  Code code = Code::internal_error;
  std::string message;

  Failure(Code given, std::string words) : code(given), message(std::move(words)) {}
  Failure(const client::Problem& problem);
  client::Problem problem() const;
};
template <class T>
using Result = base::Result<T, Failure>;

/// What the engine answered, as a method answers it.
template <class T>
Result<T> from(client::Result<T> outcome) {
  if (!outcome) return Failure(outcome.error());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(outcome);
  }
}

using Id = json::value;  // a text or a number, as the other end chose it

struct Request {
  std::optional<Id> id;  // nothing: a notification, which is not answered
  std::string method;
  json::object params;
};
struct Answer {
  Id id;
  Result<json::value> outcome;
};
using Message = std::variant<Request, Answer>;

/// errors  parse_error      no JSON
///         invalid_request  no request and no answer of JSON-RPC 2.0; parameters that are no object
Result<Message> parse(std::string_view line);
/// Each a line without its end.
std::string serialize(const Request& request);
std::string serialize(const Answer& answer);

}  // namespace sotto::rpc
