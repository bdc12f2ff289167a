#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace sotto::crypto {

/// Memory for a secret that lives long: between guard pages, locked out of swap, left out of core dumps, read-only once
/// filled, zeroed when freed.
class GuardedMemory {
 public:
  /// write(span) fills it in place.
  GuardedMemory(std::size_t size, auto&& write) : GuardedMemory(size) {
    write(std::span<std::uint8_t>(bytes_, size_));
    make_read_only();
  }
  GuardedMemory(GuardedMemory&& from) noexcept
      : bytes_(std::exchange(from.bytes_, nullptr)), size_(std::exchange(from.size_, 0)) {}
  GuardedMemory& operator=(GuardedMemory from) noexcept {
    std::swap(bytes_, from.bytes_);
    std::swap(size_, from.size_);
    return *this;
  }
  GuardedMemory(const GuardedMemory&) = delete;
  ~GuardedMemory();

  std::span<const std::uint8_t> expose() const { return {bytes_, size_}; }

 private:
  explicit GuardedMemory(std::size_t size);
  void make_read_only();
  std::uint8_t* bytes_;
  std::size_t size_;
};

/// N secret bytes of one kind in guarded memory: for the few keys that stay for a program's life.
template <class Tag, std::size_t N>
class GuardedSecret {
 public:
  static constexpr std::size_t size = N;

  explicit GuardedSecret(std::span<const std::uint8_t, N> from)
      : memory_(N, [&](std::span<std::uint8_t> out) { std::copy(from.begin(), from.end(), out.begin()); }) {}
  static GuardedSecret made_by(auto&& write) {
    return GuardedSecret(GuardedMemory(N, [&](std::span<std::uint8_t> out) { write(out.template first<N>()); }));
  }
  bool operator==(const GuardedSecret&) const = delete;  // crypto::equal
  GuardedSecret clone() const { return GuardedSecret(expose()); }
  std::span<const std::uint8_t, N> expose() const { return memory_.expose().template first<N>(); }

 private:
  explicit GuardedSecret(GuardedMemory memory) : memory_(std::move(memory)) {}
  GuardedMemory memory_;
};

}  // namespace sotto::crypto
