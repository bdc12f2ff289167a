#include "wire/device_return.hpp"

namespace sotto::wire {
namespace {

std::string read_server(StrictReader& read, std::uint32_t field) {
  const std::string text = base::text(read.bytes(field, 1, max_authority));
  if (!Authority::parse(text)) read.refuse(ParseError::out_of_range);
  return text;
}

}  // namespace

base::Blob DeviceReturn::serialize() const {
  return StrictWriter()
      .bytes(1, server)
      .bytes(2, account_id.view())
      .number(3, number.value)
      .bytes(4, token_hash)
      .bytes(5, challenge)
      .bytes(6, prekeys_hash)
      .done();
}

base::Result<DeviceReturn, ParseError> DeviceReturn::parse(base::View bytes) {
  StrictReader read(bytes);
  DeviceReturn made{.server = read_server(read, 1),
                    .account_id = read.account_id(2),
                    .number = DeviceNumber(static_cast<std::uint8_t>(read.number(3, 1, 127))),
                    .token_hash = read.fixed<32>(4),
                    .challenge = read.fixed<32>(5),
                    .prekeys_hash = read.fixed<32>(6)};
  TRY_VOID(read.finish());
  return made;
}

base::Blob DeviceReturnRequest::serialize() const {
  return StrictWriter().bytes(1, introduction.serialize()).bytes(2, statement.serialize()).bytes(3, prekeys).done();
}

base::Result<DeviceReturnRequest, ParseError> DeviceReturnRequest::parse(base::View bytes) {
  StrictReader read(bytes, max_act_request);
  const base::View introduction = read.bytes(1);
  const base::View statement = read.bytes(2);
  const base::View prekeys = read.bytes(3, 1, max_prekey_upload);
  TRY_VOID(read.finish());
  TRY(Introduction parsed_introduction, Introduction::parse(introduction));
  TRY(Signed parsed_statement, Signed::parse(statement));
  return DeviceReturnRequest{.introduction = std::move(parsed_introduction),
                             .statement = std::move(parsed_statement),
                             .prekeys = base::blob(prekeys)};
}

}  // namespace sotto::wire
