#pragma once
#include <optional>
#include <string>

#include "wire/identity.hpp"

/// The rules that statements must keep, asked by server and clients alike (statements.md; design, section 3).
namespace sotto::wire {

/// The first rule that was broken, in the order in which they are asked.
enum class Rule {
  malformed_request,
  malformed_certificate,
  malformed_backup_statement,
  malformed_list,
  malformed_act,
  malformed_prekeys,
  malformed_user_name,
  key_not_canonical,
  key_in_two_roles,
  account_id_not_of_root,
  certificate_not_by_root,
  backup_statement_of_another_account,
  backup_statement_not_by_root,
  list_not_by_account_key,
  list_of_another_account,
  list_of_another_epoch,
  list_of_another_certificate,
  list_not_first,
  list_without_predecessor,
  another_home_server,
  wrong_number_of_devices,
  device_listed_twice,
  mailbox_not_issued,
  consent_not_by_device,
  server_certificate_wrong,
  prekeys_missing,
  prekey_not_by_device,
  act_not_by_account_key,
  act_not_by_root,
  act_of_another_request,
  // of what follows a registration
  list_not_next,
  epoch_not_higher,
  number_of_another_device,
  malformed_group_state,
  group_state_of_another_group,
  group_state_not_by_admin,
};

struct Refusal {
  Rule rule;
  std::optional<ParseError> form;  // what was malformed

  Refusal(Rule broken) : rule(broken) {}
  Refusal(Rule broken, ParseError why) : rule(broken), form(why) {}
  std::string text() const;  // a sentence for people
};

std::string_view name(Rule rule);

/// Certificate and list that belong together, checked, with the hashes by which others cite them.
struct CheckedIntroduction {
  AccountCertificate certificate;
  DeviceList list;
  Hash certificate_hash{};
  Hash list_hash{};
};

/// Checks that the statements lead from the first root to each device: keys, id, signatures, consents, certificates.
/// Whether their order is high enough is the caller's question.
///
/// errors  the first broken rule
/// cost    two signature checks and three more for each device, at most 16 devices
/// source  statements.md, "Introduction"; design, section 3
base::Result<CheckedIntroduction, Refusal> check_introduction(const Introduction& introduction);

/// The same in steps, for registration, which asks more in between.
namespace rules {
base::Result<CheckedIntroduction, Refusal> parse(const Introduction& introduction);
/// Every key is canonical, and none serves twice. `others` are keys of further statements.
base::Result<void, Refusal> keys(const CheckedIntroduction& parsed, std::initializer_list<crypto::PublicKey> others);
base::Result<void, Refusal> root(const Introduction& introduction, const CheckedIntroduction& parsed);
base::Result<void, Refusal> list(const Introduction& introduction, const CheckedIntroduction& parsed);
base::Result<void, Refusal> devices(const CheckedIntroduction& parsed);
}  // namespace rules

/// 3 to 32 of a–z 0–9 . _ -
bool is_user_name(std::string_view text);

}  // namespace sotto::wire
