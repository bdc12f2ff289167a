#include "protocol/fingerprint/fingerprint.hpp"

#include "api/arguments.hpp"
#include "api/handles.hpp"
#include "api/outputs.hpp"

using namespace sotto;
using namespace sotto::api;

namespace {

Result<protocol::Fingerprinted> parse_end(const sotto_fingerprint_end& end) {
  TRY(const base::View identifier, parse(end.identifier));
  TRY(const crypto::PublicKey key, parse_public_key(end.identity_key));
  return protocol::Fingerprinted{identifier, key};
}

}  // namespace

sotto_status sotto_fingerprint(const sotto_fingerprint_end* local, const sotto_fingerprint_end* remote,
                               uint32_t version, uint32_t iterations, char* digits, sotto_buffer* scannable) noexcept {
  if (local == nullptr || remote == nullptr || digits == nullptr) return SOTTO_INVALID_ARGUMENT;
  if (!is_sound(scannable)) return SOTTO_INVALID_ARGUMENT;
  TRY(const protocol::Fingerprinted here, parse_end(*local));
  TRY(const protocol::Fingerprinted there, parse_end(*remote));
  TRY(const auto fingerprint, translated(protocol::Fingerprint::compute(here, there, version, iterations)));
  const sotto_status written = write(fingerprint.scannable(), scannable);
  if (written != SOTTO_OK) return written;
  const std::string text = fingerprint.digits();
  std::copy_n(text.c_str(), text.size() + 1, digits);
  return SOTTO_OK;
}

sotto_status sotto_fingerprint_compare(sotto_view ours, sotto_view scanned, int* matches) noexcept {
  if (matches == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View own, parse(ours));
  TRY(const base::View theirs, parse(scanned));
  TRY(const bool is_mirror_image, translated(protocol::matches_scanned(own, theirs)));
  *matches = is_mirror_image ? 1 : 0;
  return SOTTO_OK;
}
