#include "server/blobs/grants.hpp"

#include <cstring>

#include "crypto/hash.hpp"
#include "server/limits.hpp"

namespace sotto::server {
namespace {

std::size_t first_of(const base::Bytes<32>& hash) {
  std::size_t first = 0;
  std::memcpy(&first, hash.data(), sizeof first);
  return first;
}

}  // namespace

std::size_t Grants::FirstBytes::operator()(const base::Bytes<32>& hash) const { return first_of(hash); }
std::size_t ReadKeys::FirstBytes::operator()(const base::Bytes<32>& hash) const { return first_of(hash); }

std::optional<Grants::Issued> Grants::issue(AccountRow account, GrantFor what, std::uint64_t size, base::Day today) {
  Share& share = shares_[account.value];
  if (share.day != today) {
    std::erase_if(shares_, [today](const auto& entry) { return entry.second.day != today; });
    shares_[account.value] = {.day = today};
  }
  Share& now = shares_[account.value];
  std::uint64_t& bytes = what == GrantFor::backup ? now.backup_bytes : now.bytes;
  const std::uint64_t most = what == GrantFor::backup ? limits::backup_bytes_a_day : limits::upload_bytes_a_day;
  if (now.count >= limits::grants_a_day_while(grants_.size()) || bytes + size > most) return std::nullopt;
  ++now.count;
  bytes += size;
  const Issued issued{.id = random_.bytes<16>(), .key = random_.bytes<16>()};
  const auto hash = crypto::sha256({issued.key});
  grants_.emplace(hash, Grant{.key_hash = hash,
                              .what = what,
                              .id = issued.id,
                              .size = size,
                              .until = clock_.monotonic() + limits::grant_life});
  return issued;
}

Grant* Grants::find(const base::Bytes<16>& id, base::View key) {
  Grant* const found = find(crypto::sha256({key}));  // by a hash: its time says nothing about any key
  return found && found->id == id ? found : nullptr;
}

Grant* Grants::find(const base::Bytes<32>& key_hash) {
  const auto found = grants_.find(key_hash);
  if (found == grants_.end() || found->second.until <= clock_.monotonic()) return nullptr;
  return &found->second;
}

void Grants::spend(const base::Bytes<32>& key_hash) { grants_.erase(key_hash); }

std::vector<BlobId> Grants::expire() {
  std::vector<BlobId> begun;
  std::erase_if(grants_, [this, &begun](const auto& entry) {
    const Grant& grant = entry.second;
    if (grant.until > clock_.monotonic()) return false;
    if (grant.received > 0 && !grant.finished) begun.push_back(grant.id);
    return true;
  });
  return begun;
}

base::Bytes<16> ReadKeys::issue(Readable what) {
  const net::Duration now = clock_.monotonic();
  if (keys_.size() >= limits::backup_keys)
    std::erase_if(keys_, [now](const auto& entry) { return entry.second.until <= now; });
  if (keys_.size() >= limits::backup_keys) keys_.erase(keys_.begin());
  const auto key = random_.bytes<16>();
  keys_.emplace(crypto::sha256({key}), Kept{.what = what, .until = now + limits::backup_key_life});
  return key;
}

std::optional<ReadKeys::Readable> ReadKeys::find(base::View key) {
  const auto found = keys_.find(crypto::sha256({key}));
  if (found == keys_.end() || found->second.until <= clock_.monotonic()) return std::nullopt;
  return found->second.what;
}

}  // namespace sotto::server
