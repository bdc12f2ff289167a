#pragma once
#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace sotto::net {

/// What is called once when something has ended; moved, never copied. (Boost 1.81's any_completion_handler calls its
/// own constructor without end when it is moved from a variable.)
template <class... Arguments>
class Handler {
 public:
  Handler() = default;
  template <class Callable>
    requires(!std::same_as<std::remove_cvref_t<Callable>, Handler>)
  explicit Handler(Callable callable) : kept_(std::make_unique<Of<Callable>>(std::move(callable))) {}

  explicit operator bool() const { return kept_ != nullptr; }
  void operator()(Arguments... arguments) {
    const auto once = std::move(kept_);
    once->call(arguments...);
  }

 private:
  struct Kept {
    virtual ~Kept() = default;
    virtual void call(Arguments... arguments) = 0;
  };
  template <class Callable>
  struct Of final : Kept {
    explicit Of(Callable from) : callable(std::move(from)) {}
    void call(Arguments... arguments) override { std::move(callable)(arguments...); }
    Callable callable;
  };
  std::unique_ptr<Kept> kept_;
};

}  // namespace sotto::net
