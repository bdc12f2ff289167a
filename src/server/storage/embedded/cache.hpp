#pragma once
#include <cstring>
#include <unordered_map>

#include "server/storage/problem.hpp"
#include "wire/ids.hpp"

namespace sotto::server {

/// What was read lately, kept on the I/O thread so that an ordinary request asks no other thread. A change forgets it
/// before and after: what a read brings that began before the change is not kept.
template <class Key, class Value, class Hash>
class Cache {
 public:
  explicit Cache(std::size_t max) : max_(max) {}

  const Value* find(const Key& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
  }
  /// When a read begins; handed to keep() when it has ended.
  std::uint64_t age() const { return age_; }
  void keep(const Key& key, Value value, std::uint64_t since) {
    if (since != age_) return;
    if (values_.size() >= max_) values_.clear();
    values_.insert_or_assign(key, std::move(value));
  }
  void forget_all() {
    ++age_;
    values_.clear();
  }
  void forget(const Key& key) {
    ++age_;
    values_.erase(key);
  }

 private:
  std::size_t max_;
  std::uint64_t age_ = 0;
  std::unordered_map<Key, Value, Hash> values_;
};

/// For keys that are random already, or numbers.
struct FirstBytes {
  std::size_t operator()(const base::Bytes<32>& hash) const { return first_of(hash); }
  std::size_t operator()(const wire::MailboxId& id) const { return first_of(id.view()); }
  template <class Tag>
  std::size_t operator()(base::Id<Tag, std::uint64_t> row) const {
    return static_cast<std::size_t>(row.value * 0x9E3779B97F4A7C15ull);
  }

 private:
  static std::size_t first_of(base::View bytes) {
    std::size_t first = 0;
    std::memcpy(&first, bytes.data(), sizeof first);
    return first;
  }
};

}  // namespace sotto::server
