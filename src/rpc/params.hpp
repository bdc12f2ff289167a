#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "rpc/message.hpp"

namespace sotto::rpc {

/// The parameters of a request, read by name. Each reading fails with invalid_params, and says which one is wrong.
class Params {
 public:
  explicit Params(json::object object) : object_(std::move(object)) {}

  /// A parameter that no method has is a mistake that nobody would notice.
  Result<void> only(std::initializer_list<std::string_view> known) const;
  Result<std::string> text(std::string_view name) const;
  /// Nothing if it is missing, or null.
  Result<std::optional<std::string>> maybe_text(std::string_view name) const;
  Result<std::optional<bool>> maybe_flag(std::string_view name) const;
  Result<bool> flag(std::string_view name, bool otherwise) const;
  /// errors  also if it is less than `least` or more than `most`
  Result<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t most) const;
  Result<std::optional<std::int64_t>> maybe_number(std::string_view name, std::int64_t least, std::int64_t most) const;

 private:
  const json::value* find(std::string_view name) const;
  json::object object_;
};

}  // namespace sotto::rpc
