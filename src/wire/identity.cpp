#include "wire/identity.hpp"

#include <algorithm>

namespace sotto::wire {
namespace {

constexpr std::uint32_t max_registration_id = 0x3FFF;
constexpr std::size_t max_server_certificate = 256;

/// A key of exactly 33 bytes; whether it is canonical is asked where it is trusted.
crypto::PublicKey key(StrictReader& read, std::uint32_t field) {
  const auto parsed = crypto::PublicKey::parse(read.bytes(field, 33, 33));
  if (!parsed) read.refuse(ParseError::out_of_range);
  return parsed ? *parsed : crypto::PublicKey(base::Bytes<32>{});
}

base::Result<Device, ParseError> parse_device(base::View bytes) {
  StrictReader read(bytes);
  Device device{.number = DeviceNumber(static_cast<std::uint8_t>(read.number(1, 1, 127))),
                .identity_key = key(read, 2),
                .registration_id = RegistrationId(static_cast<std::uint16_t>(read.number(3, 1, max_registration_id))),
                .mailbox_id = read.mailbox_id(4),
                .sealed = read.fixed<private_size>(5),
                .day_added = {read.number32(6)},
                .consent = read.fixed<64>(7),
                .server_certificate = base::blob(read.bytes(8, 1, max_server_certificate))};
  TRY_VOID(read.finish());
  return device;
}

base::Blob serialize_device(const Device& device) {
  return StrictWriter()
      .number(1, device.number.value)
      .bytes(2, device.identity_key.serialize())
      .number(3, device.registration_id.value)
      .bytes(4, device.mailbox_id.view())
      .bytes(5, device.sealed)
      .number(6, device.day_added.value)
      .bytes(7, device.consent)
      .bytes(8, device.server_certificate)
      .done();
}

std::string read_home_server(StrictReader& read, std::uint32_t field) {
  const std::string text = base::text(read.bytes(field, 1, max_authority));
  if (!Authority::parse(text)) read.refuse(ParseError::out_of_range);
  return text;
}

}  // namespace

AccountId account_id_of(const crypto::PublicKey& first_root) {
  const Hash digest = hash(names::account_id, first_root.serialize());
  base::Uuid uuid;
  std::copy_n(digest.begin(), uuid.bytes.size(), uuid.bytes.begin());
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0F) | 0x80);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
  return {uuid};
}

base::Blob AccountCertificate::serialize() const {
  return StrictWriter()
      .bytes(1, account_id.view())
      .bytes(2, first_root.serialize())
      .number(4, epoch)
      .bytes(5, account_key.serialize())
      .number(6, day.value)
      .done();
}

base::Result<AccountCertificate, ParseError> AccountCertificate::parse(base::View bytes) {
  StrictReader read(bytes);
  AccountCertificate made{.account_id = read.account_id(1),
                          .first_root = key(read, 2),
                          .epoch = 0,
                          .account_key = crypto::PublicKey(base::Bytes<32>{}),
                          .day = {}};
  // Field 3, root links, is refused as unknown until root replacement is built (statements.md).
  made.epoch = read.number32(4, 1);
  made.account_key = key(read, 5);
  made.day = {read.number32(6)};
  TRY_VOID(read.finish());
  return made;
}

base::Blob BackupStatement::serialize() const {
  return StrictWriter()
      .bytes(1, account_id.view())
      .number(2, links)
      .bytes(3, backup_key)
      .bytes(4, backup_access_key.serialize())
      .done();
}

base::Result<BackupStatement, ParseError> BackupStatement::parse(base::View bytes) {
  StrictReader read(bytes);
  BackupStatement made{.account_id = read.account_id(1),
                       .links = read.number32(2),
                       .backup_key = read.fixed<1216>(3),
                       .backup_access_key = key(read, 4)};
  TRY_VOID(read.finish());
  return made;
}

base::Blob DeviceConsent::serialize() const {
  return StrictWriter()
      .bytes(1, account_id.view())
      .number(2, number.value)
      .number(3, registration_id.value)
      .bytes(4, mailbox_id.view())
      .done();
}

base::Blob DeviceList::serialize() const {
  StrictWriter write;
  write.bytes(1, account_id.view())
      .bytes(2, certificate_hash)
      .number(3, order.links)
      .number(4, order.epoch)
      .number(5, order.version)
      .number(6, day.value)
      .bytes(7, home_server)
      .optional_bytes(8, tls_pin);
  for (const Hash& hash : previous) write.bytes(9, hash);
  for (const Device& device : devices) write.bytes(10, serialize_device(device));
  return write.done();
}

base::Result<DeviceList, ParseError> DeviceList::parse(base::View bytes) {
  StrictReader read(bytes);
  DeviceList made{.account_id = read.account_id(1),
                  .certificate_hash = read.fixed<32>(2),
                  .order = {.links = read.number32(3), .epoch = read.number32(4, 1), .version = read.number32(5, 1)},
                  .day = {read.number32(6)},
                  .home_server = read_home_server(read, 7),
                  .tls_pin = read.optional_fixed<32>(8),
                  .previous = {},
                  .devices = {}};
  for (const base::View hash : read.repeated_bytes(9, 2, 32, 32)) made.previous.push_back(*base::fixed<32>(hash));
  const auto entries = read.repeated_bytes(10, max_devices);
  TRY_VOID(read.finish());
  for (const base::View entry : entries) {
    TRY(Device device, parse_device(entry));
    if (!made.devices.empty() && made.devices.back().number >= device.number) return ParseError::wrong_order;
    made.devices.push_back(std::move(device));
  }
  return made;
}

const Device* DeviceList::device(DeviceNumber number) const {
  const auto found = std::ranges::find(devices, number, &Device::number);
  return found == devices.end() ? nullptr : &*found;
}

base::Blob AccountAct::serialize() const {
  return StrictWriter()
      .bytes(1, server)
      .bytes(2, account_id.view())
      .number(3, static_cast<std::uint32_t>(operation))
      .number(4, order.links)
      .number(5, order.epoch)
      .number(6, order.version)
      .bytes(7, challenge)
      .bytes(8, body_hash)
      .done();
}

base::Result<AccountAct, ParseError> AccountAct::parse(base::View bytes) {
  StrictReader read(bytes);
  AccountAct made{.server = read_home_server(read, 1),
                  .account_id = read.account_id(2),
                  .operation = static_cast<Operation>(read.number32(3, 1, max_operation)),
                  .order = {.links = read.number32(4), .epoch = read.number32(5, 1), .version = read.number32(6, 1)},
                  .challenge = read.fixed<32>(7),
                  .body_hash = read.fixed<32>(8)};
  TRY_VOID(read.finish());
  return made;
}

base::Blob Introduction::serialize() const {
  return StrictWriter().bytes(1, certificate.serialize()).bytes(2, list.serialize()).done();
}

base::Result<Introduction, ParseError> Introduction::parse(base::View bytes) {
  StrictReader read(bytes, 2 * max_statement + 256);
  const base::View certificate = read.bytes(1);
  const base::View list = read.bytes(2);
  TRY_VOID(read.finish());
  TRY(Signed first, Signed::parse(certificate));
  TRY(Signed second, Signed::parse(list));
  return Introduction{.certificate = std::move(first), .list = std::move(second)};
}

}  // namespace sotto::wire
