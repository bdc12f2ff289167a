#include <gtest/gtest.h>

#include "protocol/address.hpp"
#include "support/vectors.hpp"

namespace sotto::protocol {
namespace {

boost::json::array cases(std::string_view name) {
  return test::vectors("signal/addresses.json").as_object().at(name).as_array();
}

TEST(ServiceId, TextIsParsedAsRecorded) {
  const auto recorded = cases("service_id_strings");
  for (const auto& one : recorded) {
    SCOPED_TRACE(test::text(one, "string"));
    const auto id = ServiceId::parse(test::text(one, "string"));
    ASSERT_EQ(id.has_value(), test::text(one, "expect") == "accept");
    if (!id) continue;
    EXPECT_EQ(id->text(), test::text(one, "canonical_string"));
    EXPECT_EQ(id->binary(), test::hex(one, "binary"));
    EXPECT_TRUE(base::same(id->fixed(), test::hex(one, "fixed_width")));
    EXPECT_EQ(*ServiceId::parse_fixed(id->fixed()), *id);
  }
  test::expect_cases("addresses service_id_strings", recorded.size(), 10);
}

TEST(ServiceId, BinaryIsParsedAsRecorded) {
  const auto recorded = cases("service_id_binary");
  for (const auto& one : recorded) {
    SCOPED_TRACE(test::text(one, "binary"));
    const auto id = ServiceId::parse_binary(test::hex(one, "binary"));
    ASSERT_EQ(id.has_value(), test::text(one, "expect") == "accept");
    if (id) {
      EXPECT_EQ(id->text(), test::text(one, "string"));
    }
  }
  test::expect_cases("addresses service_id_binary", recorded.size(), 5);
}

TEST(DeviceId, IsBetween1And127) {
  const auto recorded = cases("device_ids");
  for (const auto& one : recorded) {
    SCOPED_TRACE(test::number(one, "device_id"));
    const auto id = parse_device_id(test::number(one, "device_id"));
    EXPECT_EQ(id.has_value(), test::text(one, "expect") == "accept");
    if (!id) {
      EXPECT_EQ(id.error(), Error::invalid_address);
    }
  }
  test::expect_cases("addresses device_ids", recorded.size(), 6);
}

TEST(AddressesField, BindsBothEndsAsRecorded) {
  const auto recorded = cases("addresses_field");
  const auto address = [](const boost::json::value& one) {
    return Address{test::text(one, "name"), DeviceId(static_cast<std::uint8_t>(test::number(one, "device_id")))};
  };
  for (const auto& one : recorded) {
    const auto field = addresses_field(address(one.at("sender")), address(one.at("recipient")));
    ASSERT_EQ(field.has_value(), test::has(one, "field"));
    if (field) {
      EXPECT_TRUE(base::same(*field, test::hex(one, "field")));
    }
  }
  test::expect_cases("addresses addresses_field", recorded.size(), 6);
}

}  // namespace
}  // namespace sotto::protocol
