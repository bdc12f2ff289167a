#include "wire/acts.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace sotto::wire {
namespace {

base::Blob serialize_citation(const Order& order, const Hash& hash) {
  return StrictWriter().number(1, order.links).number(2, order.epoch).number(3, order.version).bytes(4, hash).done();
}

std::string read_server(StrictReader& read, std::uint32_t field) {
  const std::string text = base::text(read.bytes(field, 1, max_authority));
  if (!Authority::parse(text)) read.refuse(ParseError::out_of_range);
  return text;
}

/// Within an epoch a list names the one that it replaces; a new epoch begins without one.
base::Result<void, Refusal> check_place(const ListBody& body, const CheckedIntroduction& next,
                                        const CheckedIntroduction& held) {
  const DeviceList& list = next.list;
  if (body.certificate) {
    const bool is_higher = list.order.epoch > body.replaced.epoch && list.order.epoch > held.list.order.epoch;
    if (!is_higher || list.order.version != 1) return Refusal(Rule::epoch_not_higher);
    return {};
  }
  const Order wanted{.links = list.order.links, .epoch = list.order.epoch, .version = list.order.version - 1};
  if (body.replaced != wanted || std::ranges::find(list.previous, body.replaced_hash) == list.previous.end())
    return Refusal(Rule::list_not_next);
  return {};
}

base::Result<void, Refusal> check_numbers(const CheckedIntroduction& next, const CheckedIntroduction& held) {
  if (next.list.order.epoch != held.list.order.epoch) return {};
  for (const Device& device : next.list.devices) {
    const Device* before = held.list.device(device.number);
    if (before && before->identity_key != device.identity_key) return Refusal(Rule::number_of_another_device);
  }
  return {};
}

/// Only who starts anew with the root's word brings a device along; others let it wait first.
base::Result<void, Refusal> check_arrival(const ListBody& body, const CheckedIntroduction& next) {
  if (!body.arrival) return {};
  const Device* device = next.list.device(body.arrival->number);
  if (!device || !body.certificate) return Refusal(Rule::wrong_number_of_devices);
  const PrekeyUpload& prekeys = body.arrival->prekeys;
  if (!prekeys.signed_prekey || !prekeys.last_resort) return Refusal(Rule::prekeys_missing);
  if (!prekeys.is_signed_by(device->identity_key)) return Refusal(Rule::prekey_not_by_device);
  return {};
}

}  // namespace

base::Blob ActRequest::serialize() const {
  return StrictWriter().bytes(1, body).bytes(2, act.serialize()).optional_bytes(3, root_signature).done();
}

base::Result<ActRequest, ParseError> ActRequest::parse(base::View bytes) {
  StrictReader read(bytes, max_act_request);
  const base::View body = read.bytes(1, 0, max_act_request);
  const base::View act = read.bytes(2);
  const auto root_signature = read.optional_fixed<64>(3);
  TRY_VOID(read.finish());
  TRY(Signed signed_act, Signed::parse(act));
  return ActRequest{.body = base::blob(body), .act = std::move(signed_act), .root_signature = root_signature};
}

base::Blob Arrival::serialize() const {
  return StrictWriter().number(1, number.value).bytes(2, token_hash).bytes(3, prekeys.serialize()).done();
}

base::Result<Arrival, ParseError> Arrival::parse(base::View bytes) {
  StrictReader read(bytes, max_act_request);
  const DeviceNumber number(static_cast<std::uint8_t>(read.number(1, 1, 127)));
  const Hash token_hash = read.fixed<32>(2);
  const base::View prekeys = read.bytes(3);
  TRY_VOID(read.finish());
  TRY(PrekeyUpload upload, PrekeyUpload::parse(prekeys));
  return Arrival{.number = number, .token_hash = token_hash, .prekeys = std::move(upload)};
}

base::Blob ListBody::serialize() const {
  StrictWriter write;
  if (certificate) write.bytes(1, certificate->serialize());
  write.bytes(2, list.serialize()).bytes(3, serialize_citation(replaced, replaced_hash));
  if (arrival) write.bytes(4, arrival->serialize());
  return write.done();
}

base::Result<ListBody, ParseError> ListBody::parse(base::View bytes) {
  StrictReader read(bytes, max_act_request);
  const auto certificate = read.optional_bytes(1);
  const base::View list = read.bytes(2);
  const base::View replaced = read.bytes(3);
  const auto arrival = read.optional_bytes(4);
  TRY_VOID(read.finish());
  StrictReader cited(replaced);
  const Order order{.links = cited.number32(1), .epoch = cited.number32(2, 1), .version = cited.number32(3, 1)};
  const Hash hash = cited.fixed<32>(4);
  TRY_VOID(cited.finish());
  TRY(Signed signed_list, Signed::parse(list));
  ListBody body{.certificate = std::nullopt,
                .list = std::move(signed_list),
                .replaced = order,
                .replaced_hash = hash,
                .arrival = std::nullopt};
  if (certificate) {
    TRY(Signed signed_certificate, Signed::parse(*certificate));
    body.certificate = std::move(signed_certificate);
  }
  if (arrival) {
    TRY(Arrival parsed_arrival, Arrival::parse(*arrival));
    body.arrival = std::move(parsed_arrival);
  }
  return body;
}

base::Blob NameBody::serialize() const {
  StrictWriter write;
  if (user_name) write.bytes(1, *user_name);
  return write.done();
}

base::Result<NameBody, ParseError> NameBody::parse(base::View bytes) {
  StrictReader read(bytes);
  const auto name = read.optional_bytes(1, 1, 64);
  TRY_VOID(read.finish());
  NameBody body;
  if (name) body.user_name = base::text(*name);
  if (body.user_name && !is_user_name(*body.user_name)) return ParseError::out_of_range;
  return body;
}

base::Blob BackupBody::serialize() const {
  return StrictWriter()
      .number(1, counter)
      .number(2, size)
      .bytes(3, archive_hash)
      .bytes(4, manifest)
      .bytes(5, blob)
      .done();
}

base::Result<BackupBody, ParseError> BackupBody::parse(base::View bytes) {
  StrictReader read(bytes);
  BackupBody body;
  body.counter = read.number(1, 1, INT64_MAX);
  body.size = read.number(2, 1, INT64_MAX);
  body.archive_hash = read.fixed<32>(3);
  body.manifest = base::blob(read.bytes(4, 1, max_manifest));
  body.blob = read.fixed<16>(5);
  TRY_VOID(read.finish());
  return body;
}

base::Blob BackupAccess::serialize() const {
  return StrictWriter().bytes(1, server).bytes(2, account_id.view()).bytes(3, challenge).done();
}

base::Result<BackupAccess, ParseError> BackupAccess::parse(base::View bytes) {
  StrictReader read(bytes);
  BackupAccess access{.server = read_server(read, 1), .account_id = read.account_id(2), .challenge = read.fixed<32>(3)};
  TRY_VOID(read.finish());
  return access;
}

base::Result<ParsedAct, Refusal> parse_act(base::View request) {
  auto parsed = ActRequest::parse(request);
  if (!parsed) return Refusal(Rule::malformed_request, parsed.error());
  auto act = AccountAct::parse(parsed->act.statement);
  if (!act) return Refusal(Rule::malformed_act, act.error());
  return ParsedAct{.request = *std::move(parsed), .act = *std::move(act)};
}

base::Result<void, Refusal> check_act(const ParsedAct& parsed, const CheckedIntroduction& held,
                                      std::string_view authority, Operation operation) {
  const auto& [request, act] = parsed;
  if (!request.act.is_by(held.certificate.account_key, names::account_act))
    return Refusal(Rule::act_not_by_account_key);
  if (request.root_signature) {
    const Signed by_root{.statement = request.act.statement, .signature = *request.root_signature};
    if (!by_root.is_by(held.certificate.first_root, names::account_act)) return Refusal(Rule::act_not_by_root);
  }
  const bool fits = act.server == authority && act.account_id == held.list.account_id && act.operation == operation &&
                    act.order == held.list.order && act.body_hash == crypto::sha256({request.body});
  if (!fits) return Refusal(Rule::act_of_another_request);
  return {};
}

base::Result<CheckedList, Refusal> check_list_act(const ParsedAct& parsed, const ListBody& body,
                                                  const Introduction& held, std::string_view authority) {
  TRY(const CheckedIntroduction before, rules::parse(held));
  Introduction introduction{.certificate = body.certificate ? *body.certificate : held.certificate, .list = body.list};
  TRY(CheckedIntroduction next, check_introduction(introduction));
  if (next.list.account_id != before.list.account_id) return Refusal(Rule::list_of_another_account);
  if (next.list.home_server != authority) return Refusal(Rule::another_home_server);
  TRY_VOID(check_place(body, next, before));
  if (body.replaced_hash == before.list_hash) TRY_VOID(check_numbers(next, before));
  TRY_VOID(check_arrival(body, next));
  TRY_VOID(check_act(parsed, next, authority, Operation::device_list));
  if (body.certificate && !parsed.request.root_signature) return Refusal(Rule::act_not_by_root);
  const bool is_succession = body.certificate.has_value();
  return CheckedList{
      .introduction = std::move(introduction), .identity = std::move(next), .is_succession = is_succession};
}

}  // namespace sotto::wire
