#include "wire/checks.hpp"

#include <algorithm>
#include <set>

#include "relay/server_certificate.hpp"

namespace sotto::wire {
namespace {

bool has_own_certificate(const Device& device, const crypto::PublicKey& account_key) {
  const auto certificate = relay::ServerCertificate::parse(device.server_certificate);
  return certificate && certificate->id == device.number.value && certificate->key == device.identity_key &&
         certificate->is_signed_by(account_key);
}

}  // namespace

namespace rules {

base::Result<CheckedIntroduction, Refusal> parse(const Introduction& introduction) {
  const auto certificate = AccountCertificate::parse(introduction.certificate.statement);
  if (!certificate) return Refusal(Rule::malformed_certificate, certificate.error());
  auto list = DeviceList::parse(introduction.list.statement);
  if (!list) return Refusal(Rule::malformed_list, list.error());
  return CheckedIntroduction{.certificate = *certificate,
                             .list = *std::move(list),
                             .certificate_hash = hash(names::account_certificate, introduction.certificate.statement),
                             .list_hash = hash(names::device_list, introduction.list.statement)};
}

base::Result<void, Refusal> keys(const CheckedIntroduction& parsed, std::initializer_list<crypto::PublicKey> others) {
  std::vector<crypto::PublicKey> all(others);
  all.push_back(parsed.certificate.first_root);
  all.push_back(parsed.certificate.account_key);
  for (const Device& device : parsed.list.devices) all.push_back(device.identity_key);
  if (!std::ranges::all_of(all, crypto::is_canonical)) return Refusal(Rule::key_not_canonical);
  if (std::set(all.begin(), all.end()).size() != all.size()) return Refusal(Rule::key_in_two_roles);
  return {};
}

base::Result<void, Refusal> root(const Introduction& introduction, const CheckedIntroduction& parsed) {
  const AccountCertificate& certificate = parsed.certificate;
  if (certificate.account_id != account_id_of(certificate.first_root)) return Refusal(Rule::account_id_not_of_root);
  if (!introduction.certificate.is_by(certificate.first_root, names::account_certificate)) {
    return Refusal(Rule::certificate_not_by_root);
  }
  return {};
}

base::Result<void, Refusal> list(const Introduction& introduction, const CheckedIntroduction& parsed) {
  const auto& [certificate, list, certificate_hash, list_hash] = parsed;
  if (!introduction.list.is_by(certificate.account_key, names::device_list))
    return Refusal(Rule::list_not_by_account_key);
  if (list.account_id != certificate.account_id) return Refusal(Rule::list_of_another_account);
  if (list.order.links != 0 || list.order.epoch != certificate.epoch) return Refusal(Rule::list_of_another_epoch);
  if (list.certificate_hash != certificate_hash) return Refusal(Rule::list_of_another_certificate);
  if ((list.order.version == 1) != list.previous.empty()) return Refusal(Rule::list_without_predecessor);
  return {};
}

base::Result<void, Refusal> devices(const CheckedIntroduction& parsed) {
  const DeviceList& list = parsed.list;
  if (list.devices.empty()) return Refusal(Rule::wrong_number_of_devices);
  std::set<MailboxId> mailboxes;
  for (const Device& device : list.devices) {
    if (!mailboxes.insert(device.mailbox_id).second) return Refusal(Rule::device_listed_twice);
  }
  for (const Device& device : list.devices) {
    const base::Blob consent = device.consent_of(list.account_id).serialize();
    if (!crypto::verify(device.identity_key, to_be_signed(names::device_consent, consent), device.consent)) {
      return Refusal(Rule::consent_not_by_device);
    }
    if (!has_own_certificate(device, parsed.certificate.account_key)) return Refusal(Rule::server_certificate_wrong);
  }
  return {};
}

}  // namespace rules

base::Result<CheckedIntroduction, Refusal> check_introduction(const Introduction& introduction) {
  TRY(CheckedIntroduction parsed, rules::parse(introduction));
  TRY_VOID(rules::keys(parsed, {}));
  TRY_VOID(rules::root(introduction, parsed));
  TRY_VOID(rules::list(introduction, parsed));
  TRY_VOID(rules::devices(parsed));
  return parsed;
}

bool is_user_name(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return text.size() >= 3 && text.size() <= 32 && std::ranges::all_of(text, is_allowed);
}

std::string Refusal::text() const {
  std::string sentence(name(rule));
  std::ranges::replace(sentence, '_', ' ');
  if (form) sentence += ": it " + std::string(to_text(*form));
  return sentence;
}

// NOLINTNEXTLINE(readability-function-size): one line for each rule
std::string_view name(Rule rule) {
  switch (rule) {
    case Rule::malformed_request:
      return "malformed_request";
    case Rule::malformed_certificate:
      return "malformed_certificate";
    case Rule::malformed_backup_statement:
      return "malformed_backup_statement";
    case Rule::malformed_list:
      return "malformed_list";
    case Rule::malformed_act:
      return "malformed_act";
    case Rule::malformed_prekeys:
      return "malformed_prekeys";
    case Rule::malformed_user_name:
      return "malformed_user_name";
    case Rule::key_not_canonical:
      return "key_not_canonical";
    case Rule::key_in_two_roles:
      return "key_in_two_roles";
    case Rule::account_id_not_of_root:
      return "account_id_not_of_root";
    case Rule::certificate_not_by_root:
      return "certificate_not_by_root";
    case Rule::backup_statement_of_another_account:
      return "backup_statement_of_another_account";
    case Rule::backup_statement_not_by_root:
      return "backup_statement_not_by_root";
    case Rule::list_not_by_account_key:
      return "list_not_by_account_key";
    case Rule::list_of_another_account:
      return "list_of_another_account";
    case Rule::list_of_another_epoch:
      return "list_of_another_epoch";
    case Rule::list_of_another_certificate:
      return "list_of_another_certificate";
    case Rule::list_not_first:
      return "list_not_first";
    case Rule::list_without_predecessor:
      return "list_without_predecessor";
    case Rule::another_home_server:
      return "another_home_server";
    case Rule::wrong_number_of_devices:
      return "wrong_number_of_devices";
    case Rule::device_listed_twice:
      return "device_listed_twice";
    case Rule::mailbox_not_issued:
      return "mailbox_not_issued";
    case Rule::consent_not_by_device:
      return "consent_not_by_device";
    case Rule::server_certificate_wrong:
      return "server_certificate_wrong";
    case Rule::prekeys_missing:
      return "prekeys_missing";
    case Rule::prekey_not_by_device:
      return "prekey_not_by_device";
    case Rule::act_not_by_account_key:
      return "act_not_by_account_key";
    case Rule::act_not_by_root:
      return "act_not_by_root";
    case Rule::act_of_another_request:
      return "act_of_another_request";
    case Rule::list_not_next:
      return "list_not_next";
    case Rule::epoch_not_higher:
      return "epoch_not_higher";
    case Rule::number_of_another_device:
      return "number_of_another_device";
    case Rule::malformed_group_state:
      return "malformed_group_state";
    case Rule::group_state_of_another_group:
      return "group_state_of_another_group";
    case Rule::group_state_not_by_admin:
      return "group_state_not_by_admin";
  }
  return "refused";
}

}  // namespace sotto::wire
