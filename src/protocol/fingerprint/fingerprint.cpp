#include "protocol/fingerprint/fingerprint.hpp"

#include <algorithm>
#include <optional>

#include "crypto/hash.hpp"
#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

constexpr std::uint32_t min_iterations = 2, max_iterations = 1'000'000;  // §12

// §6.1; the two zero bytes are constant, whatever the version
base::Bytes<64> compute_one(const Fingerprinted& end, std::uint32_t iterations) {
  const auto key = end.key.serialize();
  base::Bytes<64> hash = crypto::sha512({base::Bytes<2>{}, key, end.identifier, key});
  for (std::uint32_t i = 1; i < iterations; ++i) hash = crypto::sha512({hash, key});
  return hash;
}

constexpr std::size_t scanned_size = 32;

base::Blob wrapped(const base::Bytes<64>& fingerprint) {
  base::Blob bytes;
  relay::FieldWriter(bytes).bytes(1, base::View(fingerprint).first(scanned_size));
  return bytes;
}

struct Scanned {
  std::optional<std::uint32_t> version;
  std::optional<base::Blob> local, remote;
};

std::optional<base::Blob> content_of(base::View bytes) {
  std::optional<base::Blob> content;
  const bool is_sound = relay::read_fields(bytes, [&](relay::Field& field) {
    if (field.number() == 1)
      content = base::blob(field.bytes());
    else
      field.skip();
  });
  return is_sound ? content : std::nullopt;
}

Result<Scanned> parse(base::View bytes) {
  Scanned scanned;
  const bool is_sound = relay::read_fields(bytes, [&](relay::Field& field) {
    switch (field.number()) {
      case 1:
        scanned.version = field.uint32();
        break;
      case 2:
        scanned.local = content_of(field.bytes());
        break;
      case 3:
        scanned.remote = content_of(field.bytes());
        break;
      default:
        field.skip();
    }
  });
  if (!is_sound) return Error::invalid_fingerprint;
  return scanned;
}

}  // namespace

Result<Fingerprint> Fingerprint::compute(const Fingerprinted& local, const Fingerprinted& remote, std::uint32_t version,
                                         std::uint32_t iterations) {
  if (iterations < min_iterations || iterations > max_iterations) return Error::invalid_fingerprint;
  return Fingerprint{version, compute_one(local, iterations), compute_one(remote, iterations)};
}

std::string fingerprint_digits(const base::Bytes<64>& fingerprint) {
  std::string digits;
  for (std::size_t group = 0; group < 6; ++group) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 5; ++i) value = value << 8 | fingerprint[group * 5 + i];
    const std::string five = std::to_string(value % 100'000);
    digits += std::string(5 - five.size(), '0') + five;
  }
  return digits;
}

std::string Fingerprint::digits() const {
  const std::string here = fingerprint_digits(local), there = fingerprint_digits(remote);
  return std::min(here, there) + std::max(here, there);
}

base::Blob Fingerprint::scannable() const {
  base::Blob bytes;
  relay::FieldWriter write(bytes);
  write.uint64(1, version);
  write.bytes(2, wrapped(local));
  write.bytes(3, wrapped(remote));
  return bytes;
}

Result<bool> matches_scanned(base::View ours, base::View theirs) {
  TRY(const Scanned own, parse(ours));
  TRY(const Scanned scanned, parse(theirs));
  if (!own.version || !own.local || !own.remote) return Error::invalid_fingerprint;
  if (scanned.version.value_or(0) != *own.version) return Error::fingerprint_version;
  if (!scanned.local || !scanned.remote) return Error::invalid_fingerprint;
  return *scanned.local == *own.remote && *scanned.remote == *own.local;
}

}  // namespace sotto::protocol
