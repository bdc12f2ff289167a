#include "rpc/message.hpp"

#include <boost/json.hpp>

namespace sotto::rpc {
namespace {

Code code_of(client::Error error) {
  switch (error) {
    case client::Error::refused:
      return Code::refused;
    case client::Error::unreachable:
      return Code::unreachable;
    case client::Error::locked:
      return Code::locked;
    case client::Error::waiting:
      return Code::waiting;
  }
  return Code::internal_error;
}

bool is_id(const json::value& value) { return value.is_string() || value.is_int64() || value.is_uint64(); }

Failure invalid(const char* words) { return {Code::invalid_request, words}; }

Result<Message> parse_request(json::object& object) {
  const json::value* const method = object.if_contains("method");
  if (!method->is_string()) return invalid("the method is no text");
  Request request{.id = {}, .method = std::string(method->as_string()), .params = {}};
  if (json::value* const id = object.if_contains("id")) {
    if (!is_id(*id)) return invalid("an id is a text or a whole number");
    request.id = std::move(*id);
  }
  if (json::value* const params = object.if_contains("params")) {
    if (!params->is_object()) return invalid("the parameters are to be an object, by name");
    request.params = std::move(params->as_object());
  }
  return Message(std::move(request));
}

Result<Message> parse_answer(json::object& object) {
  json::value* const id = object.if_contains("id");
  json::value* const result = object.if_contains("result");
  const json::value* const error = object.if_contains("error");
  if (id == nullptr || (result == nullptr) == (error == nullptr)) return invalid("neither a request nor an answer");
  if (result != nullptr) return Message(Answer{.id = std::move(*id), .outcome = std::move(*result)});
  if (!error->is_object()) return invalid("the error is no object");
  const json::value* const code = error->as_object().if_contains("code");
  const json::value* const words = error->as_object().if_contains("message");
  if (code == nullptr || !code->is_int64() || words == nullptr || !words->is_string())
    return invalid("an error has a code and a message");
  Failure failure(static_cast<Code>(static_cast<std::int32_t>(code->as_int64())), std::string(words->as_string()));
  return Message(Answer{.id = std::move(*id), .outcome = std::move(failure)});
}

}  // namespace

Failure::Failure(const client::Problem& from) : code(code_of(from.error)), message(from.message) {}

client::Problem Failure::problem() const {
  if (code == Code::unreachable) return {client::Error::unreachable, message};
  if (code == Code::locked) return {client::Error::locked, message};
  if (code == Code::waiting) return {client::Error::waiting, message};
  return client::refused(message);
}

Result<Message> parse(std::string_view line) {
  json::error_code failure;
  json::value parsed = json::parse(line, failure);
  if (failure) return Failure(Code::parse_error, "the line is no JSON");
  if (!parsed.is_object()) return invalid("a line is one object");
  json::object& object = parsed.as_object();
  const json::value* const version = object.if_contains("jsonrpc");
  if (version == nullptr || *version != json::value("2.0")) return invalid("\"jsonrpc\" is to be \"2.0\"");
  return object.contains("method") ? parse_request(object) : parse_answer(object);
}

std::string serialize(const Request& request) {
  json::object made{{"jsonrpc", "2.0"}, {"method", request.method}, {"params", request.params}};
  if (request.id) made["id"] = *request.id;
  return json::serialize(made);
}

std::string serialize(const Answer& answer) {
  json::object made{{"jsonrpc", "2.0"}, {"id", answer.id}};
  if (answer.outcome) {
    made["result"] = *answer.outcome;
  } else {
    made["error"] = json::object{{"code", static_cast<std::int32_t>(answer.outcome.error().code)},
                                 {"message", answer.outcome.error().message}};
  }
  return json::serialize(made);
}

}  // namespace sotto::rpc
