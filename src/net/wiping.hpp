#pragma once
#include <string.h>

#include <algorithm>
#include <memory>

#include "net/http.hpp"

/// What requests show as a right passes through buffers of ours; none of it is left in them.
namespace sotto::net {

/// Takes all headers of this name out; what they said is wiped.
void wipe_header(std::vector<Header>& headers, std::string_view name);

/// Takes bytes off the beginning; nothing of them, or of what moves up, is left behind.
inline void wipe_front(base::Blob& bytes, std::size_t count) {
  const std::size_t rest = bytes.size() - count;
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(count), bytes.end(), bytes.begin());
  explicit_bzero(bytes.data() + rest, count);
  bytes.resize(rest);
}

/// Appends, and leaves nothing of either behind where they were.
inline void wipe_grow(base::Blob& bytes, base::Blob& by) {
  base::Blob grown;
  grown.reserve(bytes.size() + by.size());
  grown.insert(grown.end(), bytes.begin(), bytes.end());
  grown.insert(grown.end(), by.begin(), by.end());
  explicit_bzero(bytes.data(), bytes.size());
  explicit_bzero(by.data(), by.size());
  bytes = std::move(grown);
}

/// Memory that is wiped when it is given back.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  WipingAllocator(const WipingAllocator<U>&) {}
  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* at, std::size_t count) {
    explicit_bzero(at, count * sizeof(T));
    std::allocator<T>().deallocate(at, count);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

}  // namespace sotto::net
