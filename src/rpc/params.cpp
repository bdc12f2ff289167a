#include "rpc/params.hpp"

#include <algorithm>
#include <boost/json/value.hpp>

namespace sotto::rpc {
namespace {

Failure wrong(std::string_view name, const std::string& what) {
  return {Code::invalid_params, "the parameter \"" + std::string(name) + "\" " + what};
}

}  // namespace

const json::value* Params::find(std::string_view name) const {
  const json::value* const found = object_.if_contains(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

Result<void> Params::only(std::initializer_list<std::string_view> known) const {
  for (const auto& given : object_) {
    if (std::ranges::find(known, std::string_view(given.key())) == known.end())
      return wrong(given.key(), "is not one of this method");
  }
  return {};
}

Result<std::string> Params::text(std::string_view name) const {
  TRY(auto found, maybe_text(name));
  if (!found) return wrong(name, "is missing");
  return *std::move(found);
}

Result<std::optional<std::string>> Params::maybe_text(std::string_view name) const {
  const json::value* const found = find(name);
  if (found == nullptr) return std::optional<std::string>();
  if (!found->is_string()) return wrong(name, "is to be a text");
  return std::optional(std::string(found->as_string()));
}

Result<std::optional<bool>> Params::maybe_flag(std::string_view name) const {
  const json::value* const found = find(name);
  if (found == nullptr) return std::optional<bool>();
  if (!found->is_bool()) return wrong(name, "is to be true or false");
  return std::optional(found->as_bool());
}

Result<bool> Params::flag(std::string_view name, bool otherwise) const {
  TRY(const auto found, maybe_flag(name));
  return found.value_or(otherwise);
}

Result<std::int64_t> Params::number(std::string_view name, std::int64_t least, std::int64_t most) const {
  TRY(const auto found, maybe_number(name, least, most));
  if (!found) return wrong(name, "is missing");
  return *found;
}

Result<std::optional<std::int64_t>> Params::maybe_number(std::string_view name, std::int64_t least,
                                                         std::int64_t most) const {
  const json::value* const found = find(name);
  if (found == nullptr) return std::optional<std::int64_t>();
  json::error_code failure;
  const auto value = found->to_number<std::int64_t>(failure);
  if (failure) return wrong(name, "is to be a whole number");
  if (value < least || value > most)
    return wrong(name, "is to be from " + std::to_string(least) + " to " + std::to_string(most));
  return std::optional(value);
}

}  // namespace sotto::rpc
