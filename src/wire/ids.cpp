#include "wire/ids.hpp"

namespace sotto::wire {
namespace {

std::optional<base::Uuid> uuid_of_version(base::View bytes, unsigned version) {
  const auto raw = base::fixed<16>(bytes);
  if (!raw) return std::nullopt;
  const base::Uuid uuid{*raw};
  if (uuid.version() != version || !uuid.has_rfc_variant()) return std::nullopt;
  return uuid;
}

}  // namespace

std::optional<AccountId> AccountId::from(base::View bytes) {
  const auto uuid = uuid_of_version(bytes, 8);
  if (!uuid) return std::nullopt;
  return AccountId{*uuid};
}

std::optional<AccountId> AccountId::from_text(std::string_view text) {
  const auto uuid = base::parse_uuid(text);
  return uuid ? from(uuid->bytes) : std::nullopt;
}

std::optional<MailboxId> MailboxId::from(base::View bytes) {
  const auto uuid = uuid_of_version(bytes, 4);
  if (!uuid) return std::nullopt;
  return MailboxId{*uuid};
}

MailboxId MailboxId::made_of(base::Bytes<16> random) {
  random[6] = static_cast<std::uint8_t>((random[6] & 0x0F) | 0x40);
  random[8] = static_cast<std::uint8_t>((random[8] & 0x3F) | 0x80);
  return {base::Uuid{random}};
}

}  // namespace sotto::wire
