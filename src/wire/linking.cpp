#include "wire/linking.hpp"

#include <algorithm>
#include <array>

#include "crypto/hkdf.hpp"
#include "wire/utf8.hpp"

namespace sotto::wire {
namespace {

constexpr std::size_t digits = 6;
constexpr std::uint64_t modulus = 1'000'000;

std::string name_in(StrictReader& read, std::uint32_t field, std::size_t min = 1) {
  std::string name = base::text(read.bytes(field, min, max_device_name));
  if (!is_utf8(name)) read.refuse(ParseError::out_of_range);
  return name;
}

base::Result<Introduction, ParseError> introduction_of(base::View certificate, base::View list) {
  TRY(Signed first, Signed::parse(certificate));
  TRY(Signed second, Signed::parse(list));
  return Introduction{.certificate = std::move(first), .list = std::move(second)};
}

DeviceNumber number_in(StrictReader& read, std::uint32_t field) {
  return DeviceNumber(static_cast<std::uint8_t>(read.number(field, 1, 127)));
}

/// Four bytes of length, big-endian, before each part: two transcripts never have the same bytes by other borders.
void append(base::Blob& to, base::View part) {
  const auto size = static_cast<std::uint32_t>(part.size());
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(size >> shift));
  to.insert(to.end(), part.begin(), part.end());
}

std::string code_of(base::View eight) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : eight) number = number << 8 | byte;
  std::string code = std::to_string(number % modulus);
  return std::string(digits - code.size(), '0') + code;
}

}  // namespace

std::string_view to_text(DeviceKind kind) {
  constexpr std::array<std::string_view, 5> words{"a device", "a computer", "a phone", "a tablet", "a service"};
  const auto raw = static_cast<std::size_t>(kind);
  return words[raw < words.size() ? raw : 0];
}

base::Blob LinkOffer::serialize() const {
  return StrictWriter()
      .bytes(1, nonce)
      .bytes(2, account_id.view())
      .bytes(3, account_name)
      .bytes(4, certificate_hash)
      .bytes(5, list_hash)
      .bytes(6, introduction.certificate.serialize())
      .bytes(7, introduction.list.serialize())
      .bytes(8, grant)
      .bytes(9, mailbox_id.view())
      .done();
}

base::Result<LinkOffer, ParseError> LinkOffer::parse(base::View bytes) {
  StrictReader read(bytes, max_link_words);
  LinkOffer made{.nonce = read.fixed<32>(1),
                 .account_id = read.account_id(2),
                 .account_name = name_in(read, 3, 0),
                 .certificate_hash = read.fixed<32>(4),
                 .list_hash = read.fixed<32>(5),
                 .introduction = {},
                 .grant = {},
                 .mailbox_id = {}};
  const base::View certificate = read.bytes(6), list = read.bytes(7);
  made.grant = read.fixed<32>(8);
  made.mailbox_id = read.mailbox_id(9);
  TRY_VOID(read.finish());
  TRY(made.introduction, introduction_of(certificate, list));
  return made;
}

base::Blob LinkReveal::serialize() const {
  return StrictWriter().bytes(1, nonce).number(2, static_cast<std::uint8_t>(kind)).bytes(3, name).done();
}

base::Result<LinkReveal, ParseError> LinkReveal::parse(base::View bytes) {
  StrictReader read(bytes);
  LinkReveal made{.nonce = read.fixed<32>(1),
                  .kind = static_cast<DeviceKind>(read.number(2, 1, UINT8_MAX)),
                  .name = name_in(read, 3)};
  TRY_VOID(read.finish());
  return made;
}

base::Blob LinkPlace::serialize() const { return StrictWriter().number(1, number.value).done(); }

base::Result<LinkPlace, ParseError> LinkPlace::parse(base::View bytes) {
  StrictReader read(bytes);
  const LinkPlace made{.number = number_in(read, 1)};
  TRY_VOID(read.finish());
  return made;
}

base::Blob LinkApplication::serialize() const {
  return StrictWriter().number(1, number.value).bytes(2, consent).done();
}

base::Result<LinkApplication, ParseError> LinkApplication::parse(base::View bytes) {
  StrictReader read(bytes);
  const LinkApplication made{.number = number_in(read, 1), .consent = read.fixed<64>(2)};
  TRY_VOID(read.finish());
  return made;
}

base::Blob LinkWelcome::serialize() const {
  return StrictWriter()
      .bytes(1, introduction.certificate.serialize())
      .bytes(2, introduction.list.serialize())
      .bytes(3, account_secret)
      .bytes(4, profile_key)
      .bytes(5, link_token)
      .done();
}

base::Result<LinkWelcome, ParseError> LinkWelcome::parse(base::View bytes) {
  StrictReader read(bytes, max_link_words);
  const base::View certificate = read.bytes(1), list = read.bytes(2);
  LinkWelcome made{.introduction = {},
                   .account_secret = read.fixed<32>(3),
                   .profile_key = read.fixed<32>(4),
                   .link_token = read.fixed<16>(5)};
  TRY_VOID(read.finish());
  TRY(made.introduction, introduction_of(certificate, list));
  return made;
}

Hash LinkTranscript::hash() const {
  base::Blob all;
  append(all, link);
  append(all, bundle);
  append(all, admin_identity_key);
  append(all, base_key);
  append(all, kem_ciphertext);
  append(all, offer);
  append(all, reveal);
  return wire::hash(names::link_transcript, all);
}

LinkCodes link_codes(const LinkTranscript& transcript) {
  base::Bytes<16> bytes{};
  crypto::hkdf_sha256_into(bytes, {}, transcript.hash(), base::view(names::link_codes));
  return {.first = code_of(base::View(bytes).first(8)), .second = code_of(base::View(bytes).last(8))};
}

}  // namespace sotto::wire
