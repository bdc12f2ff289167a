#pragma once
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "server/storage/problem.hpp"

namespace sotto::server {

/// Who may write: each class has its own share of queue, rate and one-time prekeys (design, section 6).
enum class PermitClass : std::uint8_t { contact = 1, link = 2, group = 3, knock = 4, own = 5 };

using PermitHash = base::Bytes<32>;  // wire::permit_hash: of account and permit together

struct Permit {
  PermitHash hash;
  PermitClass permit_class;  // contact, link or group
  base::Day last_day;        // on which it is still good
};

struct PermitChange {
  std::vector<Permit> add;         // known ones get the new last day
  std::vector<PermitHash> revoke;  // at once; unknown ones are ignored
};
enum class PermitsPut { done, too_many, of_another_account };

/// Whoever shows one and the same right: the permit, of a knock the account that knocks. Kept in memory only.
using Sender = std::uint64_t;
constexpr Sender nobody_in_particular = 0;

/// What a permit is good for.
struct PermitHolder {
  AccountRow account;
  PermitClass permit_class;
  Sender sender = nobody_in_particular;
};

class PermitStorage {
 public:
  virtual ~PermitStorage() = default;

  /// All or nothing. A new contact permit leaves the account's other contact permits good for
  /// limits::permit_grace_days.
  virtual asio::awaitable<Stored<PermitsPut>> put(AccountRow account, PermitChange change, base::Day today) = 0;
  /// Nothing if there is no such permit, or it has expired: the same work in either case.
  virtual asio::awaitable<Stored<std::optional<PermitHolder>>> find(PermitHash hash, base::Day today) = 0;
};

}  // namespace sotto::server
