#include "conformance/answer.hpp"

#include "conformance/operations.hpp"

namespace sotto::conformance {

namespace json = boost::json;

namespace {

std::string refused(json::value id, const Failure& failure) {
  const json::object error{{"code", failure.code}, {"message", failure.message}};
  return json::serialize(json::object{{"id", std::move(id)}, {"error", error}});
}

Answer perform(World& world, const json::object& request) {
  const Members members(request);
  TRY(const std::string name, members.text("op"));
  const Operation operation = find_operation(name);
  if (operation == nullptr) return invalid_request("there is no such operation");
  return operation(world, members);
}

}  // namespace

std::string answer(World& world, std::string_view line) {
  json::error_code error;
  const json::value request = json::parse(line, error);
  if (error) return refused(nullptr, invalid_request("the line is not JSON: " + error.message()));
  if (!request.is_object()) return refused(nullptr, invalid_request("the line is not a JSON object"));
  const json::object& members = request.get_object();
  json::value id = members.contains("id") ? members.at("id") : json::value(nullptr);
  Answer outcome = perform(world, members);
  if (!outcome) return refused(std::move(id), outcome.error());
  return json::serialize(json::object{{"id", std::move(id)}, {"ok", *std::move(outcome)}});
}

std::string answer_overlong(std::size_t limit) {
  return refused(nullptr, invalid_request("the line is longer than " + std::to_string(limit) + " bytes"));
}

}  // namespace sotto::conformance
