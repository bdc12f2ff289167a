#include "wire/registration.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace sotto::wire {
namespace {

struct Parsed {
  RegistrationRequest request;
  RegistrationBody body;
  AccountCertificate certificate;
  BackupStatement backup;
  DeviceList list;
  AccountAct act;
};

base::Result<RegistrationRequest, ParseError> parse_request(base::View bytes) {
  StrictReader read(bytes, max_registration);
  const base::View body = read.bytes(1, 1, max_registration);
  const base::View act = read.bytes(2);
  const crypto::Signature root_signature = read.fixed<64>(3);
  TRY_VOID(read.finish());
  TRY(Signed signed_act, Signed::parse(act));
  return RegistrationRequest{.body = base::blob(body), .act = std::move(signed_act), .root_signature = root_signature};
}

base::Result<Signed, Refusal> parse_signed(base::View bytes, Rule otherwise) {
  auto made = Signed::parse(bytes);
  if (!made) return Refusal(otherwise, made.error());
  return *std::move(made);
}

base::Result<RegistrationBody, Refusal> parse_body(base::View bytes) {
  StrictReader read(bytes, max_registration);
  const base::View certificate = read.bytes(1);
  const base::View backup_statement = read.bytes(2);
  const base::View list = read.bytes(3);
  const std::string user_name = base::text(read.bytes(4));
  const Hash token_hash = read.fixed<32>(5);
  const base::View prekeys = read.bytes(6);
  if (const auto done = read.finish(); !done) return Refusal(Rule::malformed_request, done.error());

  TRY(Signed signed_certificate, parse_signed(certificate, Rule::malformed_certificate));
  TRY(Signed signed_backup, parse_signed(backup_statement, Rule::malformed_backup_statement));
  TRY(Signed signed_list, parse_signed(list, Rule::malformed_list));
  auto upload = PrekeyUpload::parse(prekeys);
  if (!upload) return Refusal(Rule::malformed_prekeys, upload.error());
  if (!is_user_name(user_name)) return Refusal(Rule::malformed_user_name);
  return RegistrationBody{.certificate = std::move(signed_certificate),
                          .backup_statement = std::move(signed_backup),
                          .list = std::move(signed_list),
                          .user_name = user_name,
                          .token_hash = token_hash,
                          .prekeys = *std::move(upload)};
}

base::Result<Parsed, Refusal> parse_all(base::View bytes) {
  auto request = parse_request(bytes);
  if (!request) return Refusal(Rule::malformed_request, request.error());
  TRY(RegistrationBody body, parse_body(request->body));
  const auto certificate = AccountCertificate::parse(body.certificate.statement);
  if (!certificate) return Refusal(Rule::malformed_certificate, certificate.error());
  const auto backup = BackupStatement::parse(body.backup_statement.statement);
  if (!backup) return Refusal(Rule::malformed_backup_statement, backup.error());
  auto list = DeviceList::parse(body.list.statement);
  if (!list) return Refusal(Rule::malformed_list, list.error());
  auto act = AccountAct::parse(request->act.statement);
  if (!act) return Refusal(Rule::malformed_act, act.error());
  return Parsed{.request = *std::move(request),
                .body = std::move(body),
                .certificate = *certificate,
                .backup = *backup,
                .list = *std::move(list),
                .act = *std::move(act)};
}

base::Result<void, Refusal> check_backup(const Parsed& parsed) {
  if (parsed.backup.account_id != parsed.certificate.account_id || parsed.backup.links != 0) {
    return Refusal(Rule::backup_statement_of_another_account);
  }
  if (!parsed.body.backup_statement.is_by(parsed.certificate.first_root, names::backup_statement)) {
    return Refusal(Rule::backup_statement_not_by_root);
  }
  return {};
}

base::Result<void, Refusal> check_first_list(const DeviceList& list, const RegistrationExpectation& expectation) {
  if (list.order.version != 1) return Refusal(Rule::list_not_first);
  if (list.home_server != expectation.authority) return Refusal(Rule::another_home_server);
  if (list.devices.size() != 1) return Refusal(Rule::wrong_number_of_devices);
  if (list.devices.front().mailbox_id != expectation.mailbox_id) return Refusal(Rule::mailbox_not_issued);
  return {};
}

base::Result<void, Refusal> check_prekeys(const Parsed& parsed) {
  if (!parsed.body.prekeys.signed_prekey || !parsed.body.prekeys.last_resort) return Refusal(Rule::prekeys_missing);
  if (!parsed.body.prekeys.is_signed_by(parsed.list.devices.front().identity_key)) {
    return Refusal(Rule::prekey_not_by_device);
  }
  return {};
}

base::Result<void, Refusal> check_act(const Parsed& parsed, const RegistrationExpectation& expectation) {
  const Signed& act = parsed.request.act;
  if (!act.is_by(parsed.certificate.account_key, names::account_act)) return Refusal(Rule::act_not_by_account_key);
  const Signed by_root{.statement = act.statement, .signature = parsed.request.root_signature};
  if (!by_root.is_by(parsed.certificate.first_root, names::account_act)) return Refusal(Rule::act_not_by_root);
  const bool fits = parsed.act.server == expectation.authority && parsed.act.account_id == parsed.list.account_id &&
                    parsed.act.operation == Operation::registration && parsed.act.order == parsed.list.order &&
                    parsed.act.challenge == expectation.challenge &&
                    parsed.act.body_hash == crypto::sha256({parsed.request.body});
  if (!fits) return Refusal(Rule::act_of_another_request);
  return {};
}

}  // namespace

base::Blob RegistrationBody::serialize() const {
  return StrictWriter()
      .bytes(1, certificate.serialize())
      .bytes(2, backup_statement.serialize())
      .bytes(3, list.serialize())
      .bytes(4, user_name)
      .bytes(5, token_hash)
      .bytes(6, prekeys.serialize())
      .done();
}

base::Blob RegistrationRequest::serialize() const {
  return StrictWriter().bytes(1, body).bytes(2, act.serialize()).bytes(3, root_signature).done();
}

base::Result<RegistrationPeek, Refusal> peek_registration(base::View request) {
  TRY(const Parsed parsed, parse_all(request));
  if (parsed.list.devices.empty()) return Refusal(Rule::wrong_number_of_devices);
  return RegistrationPeek{.mailbox_id = parsed.list.devices.front().mailbox_id, .challenge = parsed.act.challenge};
}

base::Result<CheckedRegistration, Refusal> check_registration(base::View request,
                                                              const RegistrationExpectation& expectation) {
  TRY(Parsed parsed, parse_all(request));
  Introduction introduction{.certificate = parsed.body.certificate, .list = parsed.body.list};
  TRY(CheckedIntroduction identity, rules::parse(introduction));
  TRY_VOID(rules::keys(identity, {parsed.backup.backup_access_key}));
  TRY_VOID(rules::root(introduction, identity));
  TRY_VOID(check_backup(parsed));
  TRY_VOID(rules::list(introduction, identity));
  TRY_VOID(check_first_list(parsed.list, expectation));
  TRY_VOID(rules::devices(identity));
  TRY_VOID(check_prekeys(parsed));
  TRY_VOID(check_act(parsed, expectation));
  return CheckedRegistration{.identity = std::move(identity),
                             .backup = parsed.backup,
                             .introduction = std::move(introduction),
                             .backup_statement = parsed.body.backup_statement.serialize(),
                             .user_name = std::move(parsed.body.user_name),
                             .token_hash = parsed.body.token_hash,
                             .prekeys = std::move(parsed.body.prekeys)};
}

}  // namespace sotto::wire
