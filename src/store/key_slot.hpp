#pragma once
#include <filesystem>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/guarded_secret.hpp"
#include "store/problem.hpp"

namespace sotto::store {

/// The database's random key; it stays for the program's life, so it lies in guarded memory.
using DatabaseKey = crypto::GuardedSecret<struct DatabaseKeyTag, 32>;

/// What Argon2id costs: at least the floor (design, section 10).
struct KdfCost {
  std::uint32_t passes;
  std::uint32_t mebibytes;
};
constexpr KdfCost fastest_allowed{.passes = 2, .mebibytes = 64};
constexpr KdfCost costliest_allowed{.passes = 64, .mebibytes = 4096};  // above this the file was tampered with

/// The cost that takes about half a second on this machine, never below the floor.
KdfCost calibrated();

/// A file that holds the database key, wrapped by a passphrase.
namespace key_slot {

DatabaseKey make_key(base::Random& random);

/// Writes the slot that wraps this key (mode 0600, durable before it returns).
///
/// errors  out_of_memory, disk_full, not_writable, io
base::Result<void, Problem> write(const std::filesystem::path& file, const DatabaseKey& key, base::View passphrase,
                                  KdfCost cost, base::Random& random);

/// errors  no_store, wrong_passphrase, damaged, newer_version, out_of_memory, io
base::Result<DatabaseKey, Problem> open(const std::filesystem::path& file, base::View passphrase);

}  // namespace key_slot
}  // namespace sotto::store
