#pragma once
#include <span>

#include "base/check.hpp"
#include "base/secret.hpp"

namespace sotto::protocol {

// How state is kept: fields in a fixed order, numbers big-endian, lengths before what has no fixed one. Only this
// program reads it, so there is one spelling of each state and no other.

class StoredWriter {
 public:
  explicit StoredWriter(std::size_t room) : room_(room) { bytes_.reserve(room); }  // growing would leave unwiped copies

  void number(std::unsigned_integral auto value) {
    for (int shift = 8 * (sizeof value - 1); shift >= 0; shift -= 8) {
      bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  }
  void bytes(base::View value) { bytes_.insert(bytes_.end(), value.begin(), value.end()); }
  void secret(const auto& value) { bytes(value.expose()); }

  base::SecretBlob finish() {
    CHECK(bytes_.size() <= room_);
    return base::SecretBlob(std::move(bytes_));
  }

 private:
  base::Blob bytes_;
  std::size_t room_;
};

/// Reads in the same order. What is missing reads as zeros; is_sound() tells at the end.
class StoredReader {
 public:
  explicit StoredReader(base::View bytes) : rest_(bytes) {}

  template <std::unsigned_integral T>
  T number() {
    T value = 0;
    for (const std::uint8_t byte : take(sizeof(T))) value = static_cast<T>(value << 8 | byte);
    return value;
  }
  template <std::size_t N>
  base::Bytes<N> bytes() {
    base::Bytes<N> copy{};
    std::ranges::copy(take(N), copy.begin());
    return copy;
  }
  template <class T>
  T secret() {
    return T::made_by([&](std::span<std::uint8_t, T::size> out) { std::ranges::copy(take(T::size), out.begin()); });
  }
  base::View take(std::size_t size) {
    if (size > rest_.size()) is_sound_ = false;
    if (!is_sound_) return {};
    const base::View front = rest_.first(size);
    rest_ = rest_.subspan(size);
    return front;
  }
  /// A claim about what was read: if it does not hold, nothing after it is read.
  void require(bool claim) { is_sound_ = is_sound_ && claim; }

  bool is_sound() const { return is_sound_; }
  bool is_finished() const { return is_sound_ && rest_.empty(); }
  base::View rest() const { return rest_; }  // not read yet

 private:
  base::View rest_;
  bool is_sound_ = true;
};

}  // namespace sotto::protocol
