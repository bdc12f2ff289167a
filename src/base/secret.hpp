#pragma once
#include <string.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/bytes.hpp"

namespace sotto::base {

/// N secret bytes of one kind: wiped when they die, copied only by name, never printed or compared with ==.
template <class Tag, std::size_t N>
class Secret {
 public:
  static constexpr std::size_t size = N;

  explicit Secret(std::span<const std::uint8_t, N> from) { std::ranges::copy(from, bytes_.begin()); }
  static Secret made_by(auto&& write) {  // write(span) fills it in place: no unwiped copy is left on the way
    Secret made;
    write(std::span<std::uint8_t, N>(made.bytes_));
    return made;
  }
  Secret(Secret&& from) noexcept : bytes_(from.bytes_) { from.wipe(); }
  Secret(const Secret&) = delete;                 // a second copy is asked for by name: clone()
  bool operator==(const Secret&) const = delete;  // crypto::equal
  Secret& operator=(Secret from) noexcept { return std::swap(bytes_, from.bytes_), *this; }
  ~Secret() { wipe(); }
  Secret clone() const { return Secret(expose()); }
  std::span<const std::uint8_t, N> expose() const { return bytes_; }  // the one word an auditor greps for

 private:
  Secret() = default;
  void wipe() noexcept { explicit_bzero(bytes_.data(), N); }
  Bytes<N> bytes_{};
};

/// Secret bytes of any length (a passphrase, a decrypted text on its way), with the same manners.
class SecretBlob {
 public:
  SecretBlob() = default;
  explicit SecretBlob(Blob&& from) noexcept : bytes_(std::move(from)) {}
  SecretBlob(SecretBlob&& from) noexcept : bytes_(std::move(from.bytes_)) { from.bytes_.clear(); }
  /// Out of a text that somebody typed; the text is wiped.
  static SecretBlob taken_from(std::string& text) {
    SecretBlob made(Blob(text.begin(), text.end()));
    explicit_bzero(text.data(), text.size());
    text.clear();
    return made;
  }
  SecretBlob(const SecretBlob&) = delete;
  bool operator==(const SecretBlob&) const = delete;
  SecretBlob& operator=(SecretBlob from) noexcept { return std::swap(bytes_, from.bytes_), *this; }
  ~SecretBlob() {
    if (!bytes_.empty()) explicit_bzero(bytes_.data(), bytes_.size());
  }
  SecretBlob clone() const { return SecretBlob(Blob(bytes_)); }
  View expose() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }

 private:
  Blob bytes_;
};

}  // namespace sotto::base
