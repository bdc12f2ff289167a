#include "wire/prekeys.hpp"

#include <algorithm>

namespace sotto::wire {
namespace {

constexpr std::uint8_t curve_type = 0x05, kyber_type = 0x08;

template <class Prekey, std::size_t N>
base::Blob serialize_signed(const Prekey& prekey, const base::Bytes<N>& key) {
  return StrictWriter().number(1, prekey.id).bytes(2, key).bytes(3, prekey.signature).done();
}

template <class Prekey>
base::Result<Prekey, ParseError> parse_typed(base::View bytes, std::uint8_t type) {
  StrictReader read(bytes);
  Prekey made;
  made.id = read.number32(1);
  made.key = read.fixed<std::tuple_size_v<decltype(made.key)>>(2);
  if constexpr (requires { made.signature; }) made.signature = read.fixed<64>(3);
  TRY_VOID(read.finish());
  if (made.key[0] != type) return ParseError::out_of_range;
  return made;
}

template <class Prekey>
base::Result<std::vector<Prekey>, ParseError> parse_all(const std::vector<base::View>& entries, std::uint8_t type) {
  std::vector<Prekey> made;
  for (const base::View entry : entries) {
    TRY(Prekey prekey, parse_typed<Prekey>(entry, type));
    made.push_back(prekey);
  }
  return made;
}

}  // namespace

base::Blob serialize(const SignedPrekey& prekey) { return serialize_signed(prekey, prekey.key); }
base::Blob serialize(const KyberPrekey& prekey) { return serialize_signed(prekey, prekey.key); }
base::Blob serialize(const OneTimePrekey& prekey) {
  return StrictWriter().number(1, prekey.id).bytes(2, prekey.key).done();
}

base::Result<SignedPrekey, ParseError> parse_signed_prekey(base::View bytes) {
  return parse_typed<SignedPrekey>(bytes, curve_type);
}
base::Result<KyberPrekey, ParseError> parse_kyber_prekey(base::View bytes) {
  return parse_typed<KyberPrekey>(bytes, kyber_type);
}
base::Result<OneTimePrekey, ParseError> parse_one_time_prekey(base::View bytes) {
  return parse_typed<OneTimePrekey>(bytes, curve_type);
}

base::Blob PrekeyUpload::serialize() const {
  StrictWriter write;
  if (signed_prekey) write.bytes(1, wire::serialize(*signed_prekey));
  if (last_resort) write.bytes(2, wire::serialize(*last_resort));
  for (const auto& prekey : one_time) write.bytes(3, wire::serialize(prekey));
  for (const auto& prekey : one_time_kyber) write.bytes(4, wire::serialize(prekey));
  return write.done();
}

base::Result<PrekeyUpload, ParseError> PrekeyUpload::parse(base::View bytes) {
  StrictReader read(bytes, max_prekey_upload);
  const auto signed_bytes = read.optional_bytes(1);
  const auto last_resort_bytes = read.optional_bytes(2);
  const auto one_time_bytes = read.repeated_bytes(3, max_one_time_prekeys);
  const auto kyber_bytes = read.repeated_bytes(4, max_one_time_prekeys);
  TRY_VOID(read.finish());

  PrekeyUpload made;
  if (signed_bytes) {
    TRY(made.signed_prekey, parse_signed_prekey(*signed_bytes));
  }
  if (last_resort_bytes) {
    TRY(made.last_resort, parse_kyber_prekey(*last_resort_bytes));
  }
  TRY(made.one_time, parse_all<OneTimePrekey>(one_time_bytes, curve_type));
  TRY(made.one_time_kyber, parse_all<KyberPrekey>(kyber_bytes, kyber_type));
  return made;
}

bool PrekeyUpload::is_signed_by(const crypto::PublicKey& identity_key) const {
  const auto is_signed = [&](const auto& prekey) { return crypto::verify(identity_key, prekey.key, prekey.signature); };
  if (signed_prekey && !is_signed(*signed_prekey)) return false;
  if (last_resort && !is_signed(*last_resort)) return false;
  return std::ranges::all_of(one_time_kyber, is_signed);
}

base::Blob DeviceBundle::serialize() const {
  StrictWriter write;
  write.number(1, number.value)
      .number(2, registration_id.value)
      .bytes(3, identity_key.serialize())
      .bytes(4, wire::serialize(signed_prekey));
  if (one_time) write.bytes(5, wire::serialize(*one_time));
  write.bytes(6, wire::serialize(kyber));
  return write.done();
}

base::Result<DeviceBundle, ParseError> DeviceBundle::parse(base::View bytes) {
  StrictReader read(bytes);
  const auto number = static_cast<std::uint8_t>(read.number(1, 1, 127));
  const auto registration_id = static_cast<std::uint16_t>(read.number(2, 1, 0x3FFF));
  const auto identity_key = crypto::PublicKey::parse(read.bytes(3, 33, 33));
  const base::View signed_bytes = read.bytes(4);
  const auto one_time_bytes = read.optional_bytes(5);
  const base::View kyber_bytes = read.bytes(6);
  TRY_VOID(read.finish());
  if (!identity_key) return ParseError::out_of_range;

  DeviceBundle made{.number = DeviceNumber(number),
                    .registration_id = RegistrationId(registration_id),
                    .identity_key = *identity_key,
                    .signed_prekey = {},
                    .one_time = {},
                    .kyber = {}};
  TRY(made.signed_prekey, parse_signed_prekey(signed_bytes));
  if (one_time_bytes) {
    TRY(made.one_time, parse_one_time_prekey(*one_time_bytes));
  }
  TRY(made.kyber, parse_kyber_prekey(kyber_bytes));
  return made;
}

}  // namespace sotto::wire
