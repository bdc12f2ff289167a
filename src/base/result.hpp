#pragma once
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.hpp"

namespace sotto::base {

/// A value, or the error that stood in its way. Dropping one is a warning, hence an error of the build.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  using Value = T;
  using Error = E;

  Result(T value) : outcome_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : outcome_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return outcome_.index() == 0; }
  bool has_value() const { return outcome_.index() == 0; }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T& value() {
    CHECK(has_value());
    return *std::get_if<0>(&outcome_);
  }
  const T& value() const {
    CHECK(has_value());
    return *std::get_if<0>(&outcome_);
  }
  const E& error() const {
    CHECK(!has_value());
    return *std::get_if<1>(&outcome_);
  }

 private:
  std::variant<T, E> outcome_;
};

/// Done, or the error.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using Value = void;
  using Error = E;

  Result() = default;
  Result(E error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_.has_value(); }
  bool has_value() const { return !error_.has_value(); }
  void operator*() const {}
  const E& error() const {
    CHECK(error_.has_value());
    return *error_;
  }

 private:
  std::optional<E> error_;
};

}  // namespace sotto::base

#define SOTTO_JOIN_(left, right) left##right
#define SOTTO_JOIN(left, right) SOTTO_JOIN_(left, right)
#define SOTTO_TRY_(outcome, leave, declaration, ...) \
  auto outcome = (__VA_ARGS__);                      \
  if (!outcome) leave outcome.error();               \
  declaration = *std::move(outcome)
#define SOTTO_TRY_VOID_(outcome, leave, ...) \
  do {                                       \
    const auto outcome = (__VA_ARGS__);      \
    if (!outcome) leave outcome.error();     \
  } while (false)

/// TRY(const Name name, call()): names the value, or returns the error. CO_TRY in coroutines.
/// TRY_VOID(call()): goes on, or returns the error.
#define TRY(declaration, ...) SOTTO_TRY_(SOTTO_JOIN(outcome_, __LINE__), return, declaration, __VA_ARGS__)
#define CO_TRY(declaration, ...) SOTTO_TRY_(SOTTO_JOIN(outcome_, __LINE__), co_return, declaration, __VA_ARGS__)
#define TRY_VOID(...) SOTTO_TRY_VOID_(SOTTO_JOIN(outcome_, __LINE__), return, __VA_ARGS__)
#define CO_TRY_VOID(...) SOTTO_TRY_VOID_(SOTTO_JOIN(outcome_, __LINE__), co_return, __VA_ARGS__)
