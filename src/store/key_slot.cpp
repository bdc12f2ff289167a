#include "store/key_slot.hpp"

#include <algorithm>
#include <chrono>

#include "crypto/aead.hpp"
#include "crypto/argon2id.hpp"
#include "store/file.hpp"
#include "wire/strict.hpp"

namespace sotto::store {
namespace {

using WrappingKey = base::Secret<struct WrappingKeyTag, 32>;
constexpr std::uint64_t form = 1;             // of the slot file
constexpr std::uint64_t passphrase_kind = 1;  // the desktop's keyring and the TPM will be others
constexpr std::string_view associated = "Sotto v1 key slot";

struct Slot {
  KdfCost cost;
  base::Bytes<16> salt;
  crypto::aead::Nonce nonce;
  base::Bytes<32 + crypto::aead::tag_size> wrapped;
};

Problem out_of_memory(KdfCost cost) {
  return {Error::out_of_memory,
          "the passphrase needs " + std::to_string(cost.mebibytes) + " MiB of memory to be checked"};
}

base::Result<WrappingKey, Problem> derive(base::View passphrase, const base::Bytes<16>& salt, KdfCost cost) {
  auto key = crypto::argon2id<WrappingKey>(passphrase, salt, cost.passes, std::size_t{cost.mebibytes} << 20);
  if (!key) return out_of_memory(cost);
  return *std::move(key);
}

base::Blob serialize(const Slot& slot) {
  return wire::StrictWriter()
      .number(1, form)
      .number(2, passphrase_kind)
      .number(3, slot.cost.passes)
      .number(4, slot.cost.mebibytes)
      .bytes(5, slot.salt)
      .bytes(6, slot.nonce)
      .bytes(7, slot.wrapped)
      .done();
}

base::Result<Slot, Problem> parse(base::View bytes) {
  wire::StrictReader read(bytes);
  const auto written_form = read.number(1);
  if (written_form > form) return Problem{Error::newer_version, "this store was made by a newer version of sotto"};
  read.number(2, passphrase_kind, passphrase_kind);
  Slot slot{.cost = {.passes = read.number32(3, fastest_allowed.passes, costliest_allowed.passes),
                     .mebibytes = read.number32(4, fastest_allowed.mebibytes, costliest_allowed.mebibytes)},
            .salt = read.fixed<16>(5),
            .nonce = read.fixed<12>(6),
            .wrapped = read.fixed<48>(7)};
  if (!read.finish()) return Problem{Error::damaged, "the key slot is damaged: put the folder back from a copy"};
  return slot;
}

}  // namespace

KdfCost calibrated() {
  constexpr auto aim = std::chrono::milliseconds(500);
  constexpr std::uint32_t max_passes = 16;
  const auto start = std::chrono::steady_clock::now();
  const auto tried = derive({}, {}, fastest_allowed);
  const auto took = std::max(std::chrono::steady_clock::now() - start, std::chrono::steady_clock::duration(1));
  if (!tried) return fastest_allowed;
  const auto passes = static_cast<std::uint32_t>(aim * fastest_allowed.passes / took);
  return {.passes = std::clamp(passes, fastest_allowed.passes, max_passes), .mebibytes = fastest_allowed.mebibytes};
}

namespace key_slot {

DatabaseKey make_key(base::Random& random) {
  return DatabaseKey::made_by([&](std::span<std::uint8_t, 32> out) { random.fill(out); });
}

base::Result<void, Problem> write(const std::filesystem::path& file, const DatabaseKey& key, base::View passphrase,
                                  KdfCost cost, base::Random& random) {
  Slot slot{.cost = cost, .salt = random.bytes<16>(), .nonce = random.bytes<12>(), .wrapped = {}};
  TRY(const WrappingKey wrapping, derive(passphrase, slot.salt, cost));
  const base::Blob wrapped = crypto::aead::seal(wrapping.expose(), slot.nonce, key.expose(), base::view(associated));
  std::ranges::copy(wrapped, slot.wrapped.begin());
  return write_durably(file, serialize(slot));
}

base::Result<DatabaseKey, Problem> open(const std::filesystem::path& file, base::View passphrase) {
  TRY(const base::Blob bytes, read_small_file(file));
  TRY(const Slot slot, parse(bytes));
  TRY(const WrappingKey wrapping, derive(passphrase, slot.salt, slot.cost));
  auto opened = crypto::aead::open(wrapping.expose(), slot.nonce, slot.wrapped, base::view(associated));
  if (!opened) return Problem{Error::wrong_passphrase, "the passphrase is wrong"};
  const base::SecretBlob wiped(*std::move(opened));
  return DatabaseKey(wiped.expose().first<32>());
}

}  // namespace key_slot
}  // namespace sotto::store
