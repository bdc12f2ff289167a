#pragma once
#include <gtest/gtest.h>

#include "api/device.hpp"

namespace sotto::test {

inline constexpr std::uint64_t now_ms = 1'700'000'000'000, tomorrow_ms = now_ms + 86'400'000;

/// Ana, with a certificate that Ben's trust root stands behind.
class Sealing : public testing::Test {
 protected:
  Sealing() : root_(new_key_pair()), server_(new_key_pair()), root_key_(public_key(root_)) {
    const Blob server_key = public_key(server_);
    Room certificate(SOTTO_CERTIFICATE_MAX_SIZE);
    EXPECT_EQ(sotto_server_certificate_issue(1, view(server_key), root_.get(), nullptr, certificate), SOTTO_OK);
    server_certificate_ = certificate.taken();
    certificate_ = certify(ana_account, 1);
  }
  Blob certify(const char* account, std::uint8_t device, const char* phone_number = nullptr) {
    const sotto_certified subject{account, device, view(pair_.ana.identity_key), phone_number};
    Room certificate(SOTTO_CERTIFICATE_MAX_SIZE);
    EXPECT_EQ(sotto_sender_certificate_issue(&subject, tomorrow_ms, view(server_certificate_), server_.get(), nullptr,
                                             certificate),
              SOTTO_OK);
    return certificate.taken();
  }
  Blob content(const Message& inside, const Blob& group_id = {}) {
    const sotto_sealed_content whole{inside.type, view(certificate_), view(inside.bytes), SOTTO_HINT_RESENDABLE,
                                     view(group_id)};
    Room bytes(inside.bytes.size() + certificate_.size() + group_id.size() + SOTTO_OVERHEAD);
    EXPECT_EQ(sotto_sealed_content_serialize(&whole, bytes), SOTTO_OK);
    return bytes.taken();
  }
  Blob seal(const Blob& inside, const Blob& agreement = {}) {
    Room message(inside.size() + SOTTO_OVERHEAD);
    EXPECT_EQ(sotto_seal(view(inside), pair_.ana.identity.get(), view(pair_.ben.identity_key), view(agreement), nullptr,
                         message),
              SOTTO_OK);
    return message.taken();
  }
  Opened open(const Blob& sealed) {
    Opened opened;
    EXPECT_EQ(sotto_open_sealed(view(sealed), pair_.ben.identity.get(), nullptr, 0, Out(opened)), SOTTO_OK);
    return opened;
  }
  sotto_reception reception() const {
    return {.trust_roots = root_key_.data(),
            .trust_root_count = 1,
            .known_servers = nullptr,
            .known_server_count = 0,
            .now_ms = now_ms,
            .local = pair_.ben.address(),
            .local_phone_number = nullptr};
  }
  sotto_status verify(const Opened& opened, const sotto_reception& by) {
    return sotto_opened_verify(opened.get(), &by);
  }
  Blob agreement() {
    Blob secret(SOTTO_SECRET_SIZE);
    EXPECT_EQ(sotto_agree(pair_.ana.identity.get(), view(pair_.ben.identity_key), secret.data()), SOTTO_OK);
    return secret;
  }

  Pair pair_;
  KeyPair root_, server_;
  Blob root_key_, server_certificate_, certificate_;
};

}  // namespace sotto::test
