#pragma once
#include <optional>
#include <vector>

#include "crypto/curve25519.hpp"
#include "crypto/xeddsa.hpp"
#include "wire/ids.hpp"
#include "wire/strict.hpp"

/// The public prekeys of a device, as it uploads them and as others fetch them (signal-protocol.md, section 2). Keys
/// are opaque here: only their sizes, type bytes and signatures are judged.
namespace sotto::wire {

constexpr std::size_t kyber_key_size = 1569;         // 0x08 ‖ 1568
constexpr std::size_t max_one_time_prekeys = 200;    // of each kind, in one upload and in the directory
constexpr std::size_t max_prekey_upload = 1u << 20;  // bytes

struct SignedPrekey {
  std::uint32_t id = 0;
  base::Bytes<33> key{};
  crypto::Signature signature{};
};

struct KyberPrekey {
  std::uint32_t id = 0;
  base::Bytes<kyber_key_size> key{};
  crypto::Signature signature{};
};

struct OneTimePrekey {
  std::uint32_t id = 0;
  base::Bytes<33> key{};
};

/// What a device puts into the directory: new medium-term prekeys (both at registration), and one-time ones to add.
struct PrekeyUpload {
  std::optional<SignedPrekey> signed_prekey;
  std::optional<KyberPrekey> last_resort;
  std::vector<OneTimePrekey> one_time;
  std::vector<KyberPrekey> one_time_kyber;

  base::Blob serialize() const;
  static base::Result<PrekeyUpload, ParseError> parse(base::View bytes);
  /// Whether the device's identity key signed each signed prekey and each Kyber prekey, in their serialized form.
  bool is_signed_by(const crypto::PublicKey& identity_key) const;
};

/// What a partner gets to start a session with one device.
struct DeviceBundle {
  DeviceNumber number;
  RegistrationId registration_id;
  crypto::PublicKey identity_key;
  SignedPrekey signed_prekey;
  std::optional<OneTimePrekey> one_time;
  KyberPrekey kyber;  // a one-time one, or the last-resort one

  base::Blob serialize() const;
  static base::Result<DeviceBundle, ParseError> parse(base::View bytes);
};

/// The single keys' codecs, for who keeps them one by one.
base::Blob serialize(const SignedPrekey& prekey);
base::Blob serialize(const KyberPrekey& prekey);
base::Blob serialize(const OneTimePrekey& prekey);
base::Result<SignedPrekey, ParseError> parse_signed_prekey(base::View bytes);
base::Result<KyberPrekey, ParseError> parse_kyber_prekey(base::View bytes);
base::Result<OneTimePrekey, ParseError> parse_one_time_prekey(base::View bytes);

}  // namespace sotto::wire
