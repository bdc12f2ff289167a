#include "server/operations/process/heap.hpp"

#include <malloc.h>

// There only in a program that mimalloc is linked into.
extern "C" void mi_collect(bool force) noexcept __attribute__((weak));

namespace sotto::server {
namespace {

constexpr net::Duration interval = std::chrono::seconds(2);
constexpr std::size_t many = 32;  // connections more or fewer than at the last look

void give_back() {
  if (mi_collect != nullptr) return mi_collect(true);
  ::malloc_trim(0);
}

}  // namespace

HeapKeeper::HeapKeeper(net::Timer& timer, std::function<std::size_t()> connections)
    : timer_(timer), connections_(std::move(connections)) {}

void HeapKeeper::start() {
  alarm_ = timer_.after(interval, [this] { look(); });
}

void HeapKeeper::look() {
  const std::size_t now = connections_();
  const bool has_changed = now > before_ + many || before_ > now + many;
  if (has_changed) give_back();
  if (has_changed) before_ = now;
  start();
}

void keep_freed_memory() {
  ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
  ::mallopt(M_TOP_PAD, 1 << 20);
}

}  // namespace sotto::server
