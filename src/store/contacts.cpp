#include "store/contacts.hpp"

#include "store/row.hpp"

namespace sotto::store {
namespace {

constexpr const char* row_name = "row of a contact";
constexpr std::string_view columns =
    "SELECT account_id, nickname, claimed_name, user_name, origin, link_token, tls_pin, verified_root, "
    "permit, standing, profile_key, has_our_profile_key FROM contacts ";

std::optional<std::string> optional_text(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.text(column);
}

std::optional<base::Blob> optional_blob(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.blob(column);
}

Contact contact_of(const Statement& row) {
  Contact made{.account_id = sound(wire::AccountId::from(row.blob(0)), row_name),
               .nickname = optional_text(row, 1),
               .claimed_name = optional_text(row, 2),
               .user_name = optional_text(row, 3),
               .origin = static_cast<Origin>(row.number(4)),
               .link_token = optional_blob(row, 5),
               .permit = optional_blob(row, 8),
               .tls_pin = optional_blob(row, 6),
               .verified_root = std::nullopt,
               .standing = static_cast<Standing>(row.number(9)),
               .has_our_profile_key = row.number(11) != 0};
  if (const auto key = optional_blob(row, 10)) made.profile_key = sound(base::fixed<32>(*key), row_name);
  if (const auto root = optional_blob(row, 7)) made.verified_root = sound(crypto::PublicKey::parse(*root), row_name);
  return made;
}

std::vector<Contact> all_where(Transaction& in, std::string_view condition, const auto& value) {
  auto row = in.prepare(std::string(columns) + std::string(condition));
  row.bind(value);
  std::vector<Contact> found;
  while (row.step()) found.push_back(contact_of(row));
  return found;
}

}  // namespace

std::string Contact::name() const {
  if (nickname) return *nickname;
  if (user_name) return *user_name;
  if (claimed_name) return *claimed_name;
  return account_id.text().substr(0, 8);
}

namespace contacts {

std::optional<Contact> load(Transaction& in, const wire::AccountId& account) {
  auto found = all_where(in, "WHERE account_id = ?", account.view());
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

void keep(Transaction& in, const Contact& contact, base::Timestamp now) {
  std::optional<base::Blob> root;
  if (contact.verified_root) root = base::blob(contact.verified_root->serialize());
  const auto view = [](const std::optional<base::Blob>& bytes) {
    return bytes ? std::optional<base::View>(*bytes) : std::nullopt;
  };
  const auto text = [](const std::optional<std::string>& words) {
    return words ? std::optional<std::string_view>(*words) : std::nullopt;
  };
  in.prepare(
        "INSERT INTO contacts (account_id, nickname, claimed_name, user_name, origin, link_token, permit, "
        "tls_pin, verified_root, standing, profile_key, has_our_profile_key, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account_id) DO UPDATE SET "
        "nickname = excluded.nickname, claimed_name = excluded.claimed_name, user_name = excluded.user_name, "
        "origin = excluded.origin, link_token = excluded.link_token, permit = excluded.permit, tls_pin = "
        "excluded.tls_pin, "
        "verified_root = excluded.verified_root, standing = excluded.standing, profile_key = excluded.profile_key, "
        "has_our_profile_key = excluded.has_our_profile_key")
      .bind(contact.account_id.view())
      .bind_optional(text(contact.nickname))
      .bind_optional(text(contact.claimed_name))
      .bind_optional(text(contact.user_name))
      .bind(static_cast<std::int64_t>(contact.origin))
      .bind_optional(view(contact.link_token))
      .bind_optional(view(contact.permit))
      .bind_optional(view(contact.tls_pin))
      .bind_optional(view(root))
      .bind(static_cast<std::int64_t>(contact.standing))
      .bind_optional(contact.profile_key ? std::optional<base::View>(*contact.profile_key) : std::nullopt)
      .bind(contact.has_our_profile_key ? 1 : 0)
      .bind(now.ms)
      .run();
}

std::vector<Contact> all(Transaction& in) { return all_where(in, "WHERE ? = 1 ORDER BY created_at", std::int64_t{1}); }

std::vector<Contact> find(Transaction& in, std::string_view words) {
  if (auto found = all_where(in, "WHERE nickname = ?", words); !found.empty()) return found;
  if (const auto account = wire::AccountId::from_text(words))
    return all_where(in, "WHERE account_id = ?", account->view());
  if (auto found = all_where(in, "WHERE user_name = ?", words); !found.empty()) return found;
  return all_where(in, "WHERE claimed_name = ? AND nickname IS NULL AND origin <> 3", words);
}

bool is_nickname_taken(Transaction& in, std::string_view nickname, const wire::AccountId& by_other_than) {
  auto row = in.prepare("SELECT 1 FROM contacts WHERE nickname = ? AND account_id <> ?");
  return row.bind(nickname).bind(by_other_than.view()).step();
}

}  // namespace contacts
}  // namespace sotto::store
