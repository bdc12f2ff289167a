#pragma once
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "server/storage/blobs.hpp"

namespace sotto::server {

/// What a grant is for.
enum class GrantFor : std::uint8_t { attachment, backup, group };

struct Grant {
  base::Bytes<32> key_hash{};  // by which it is found
  GrantFor what = GrantFor::attachment;
  base::Bytes<16> id{};    // of the blob or the group
  std::uint64_t size = 0;  // bytes, at most
  std::uint64_t received = 0;
  net::Duration until{0};
  bool is_busy = false;                          // a piece is on its way to the store
  std::optional<base::Bytes<32>> finished = {};  // with these bytes
};

/// The right to write one blob or to make one group log. Only in memory, and without a trace of whom it was given to:
/// an account's share of the day is counted when it is issued.
class Grants {
 public:
  Grants(net::Clock& clock, base::Random& random) : clock_(clock), random_(random) {}
  Grants(const Grants&) = delete;
  Grants& operator=(const Grants&) = delete;

  struct Issued {
    base::Bytes<16> id;
    base::Bytes<16> key;
  };
  /// Nothing if the account has had its share of today, or there are too many of all.
  std::optional<Issued> issue(AccountRow account, GrantFor what, std::uint64_t size, base::Day today);
  /// Null if there is none. The pointer lives until the next call.
  Grant* find(const base::Bytes<16>& id, base::View key);
  Grant* find(const base::Bytes<32>& key_hash);
  void spend(const base::Bytes<32>& key_hash);
  /// Drops those whose time is over. returns  the blobs that were begun under them
  std::vector<BlobId> expire();

 private:
  struct Share {
    base::Day day;
    std::uint32_t count = 0;
    std::uint64_t bytes = 0;
    std::uint64_t backup_bytes = 0;
  };
  struct FirstBytes {
    std::size_t operator()(const base::Bytes<32>& hash) const;
  };

  net::Clock& clock_;
  base::Random& random_;
  std::unordered_map<base::Bytes<32>, Grant, FirstBytes> grants_;
  std::unordered_map<std::uint64_t, Share> shares_;  // of today
};

/// The right to read one archive for a while, given to who proved to hold the backup access key.
class ReadKeys {
 public:
  ReadKeys(net::Clock& clock, base::Random& random) : clock_(clock), random_(random) {}
  ReadKeys(const ReadKeys&) = delete;
  ReadKeys& operator=(const ReadKeys&) = delete;

  struct Readable {
    BlobId blob;
    std::uint64_t size;
  };
  base::Bytes<16> issue(Readable what);
  std::optional<Readable> find(base::View key);

 private:
  struct Kept {
    Readable what;
    net::Duration until;
  };
  struct FirstBytes {
    std::size_t operator()(const base::Bytes<32>& hash) const;
  };
  net::Clock& clock_;
  base::Random& random_;
  std::unordered_map<base::Bytes<32>, Kept, FirstBytes> keys_;
};

}  // namespace sotto::server
