#include "protocol/spqr/authenticator.hpp"

#include "crypto/hkdf.hpp"

namespace sotto::protocol::spqr {
namespace {

base::Bytes<8> big_endian(std::uint64_t number) {
  base::Bytes<8> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return bytes;
}

base::Blob label(std::string_view text, std::uint64_t epoch) {
  return base::concat({base::view(text), big_endian(epoch)});
}

}  // namespace

Authenticator::Authenticator(const AuthKey& auth_key) : Authenticator(made(1, base::Bytes<32>{}, auth_key.expose())) {}

Authenticator Authenticator::updated(std::uint64_t epoch, const EpochSecret& secret) const {
  return made(epoch, root_.expose(), secret.expose());
}

Authenticator Authenticator::made(std::uint64_t epoch, base::View root, base::View key) {
  using Input = base::Secret<struct AuthenticatorInputTag, 64>;
  const Input input = Input::made_by([&](std::span<std::uint8_t, 64> out) {
    std::ranges::copy(root, out.begin());
    std::ranges::copy(key, out.begin() + 32);
  });
  auto [next_root, mac] = crypto::hkdf_sha256<RootKey, MacKey>(
      {}, input.expose(), label("Signal_PQCKA_V1_MLKEM768:Authenticator Update", epoch));
  return {std::move(next_root), std::move(mac)};
}

Authenticator::Mac Authenticator::header_mac(std::uint64_t epoch, const mlkem::Header& header) const {
  return crypto::hmac_sha256<Mac>(mac_.expose(), label("Signal_PQCKA_V1_MLKEM768:ekheader", epoch), header);
}

Authenticator::Mac Authenticator::ciphertext_mac(std::uint64_t epoch, const mlkem::FirstPart& ct1,
                                                 const mlkem::LastPart& ct2) const {
  return crypto::hmac_sha256<Mac>(mac_.expose(), label("Signal_PQCKA_V1_MLKEM768:ciphertext", epoch), ct1, ct2);
}

EpochSecret epoch_secret(std::uint64_t epoch, const mlkem::SharedSecret& shared) {
  return crypto::hkdf_sha256<EpochSecret>({}, shared.expose(), label("Signal_PQCKA_V1_MLKEM768:SCKA Key", epoch));
}

}  // namespace sotto::protocol::spqr
