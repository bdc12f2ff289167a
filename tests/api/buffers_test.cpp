#include <algorithm>
#include <span>

#include "api/sealing.hpp"

// Every function that fills a buffer keeps the same rules about it: one body, one case for each function.

namespace sotto::test {
namespace {

constexpr std::uint8_t group[SOTTO_UUID_SIZE] = {4, 2};

// Nothing is kept from a call that did not succeed.
template <class Owner>
sotto_status all_or_nothing(auto&& call) {
  Owner after;
  const sotto_status status = call(Out(after));
  EXPECT_EQ(after != nullptr, status == SOTTO_OK);
  return status;
}

bool is_blank(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t one) { return one == 0; });
}

class Writers : public Sealing {
 public:
  sotto_status one_time_prekey(sotto_buffer* to) {
    std::uint8_t key[SOTTO_PUBLIC_KEY_SIZE] = {};
    const sotto_status status = sotto_one_time_prekey_generate(1, &sevens_, to, key);
    EXPECT_EQ(is_blank(key), status != SOTTO_OK);
    return status;
  }
  sotto_status signed_prekey(sotto_buffer* to) {
    std::uint8_t key[SOTTO_PUBLIC_KEY_SIZE] = {}, signature[SOTTO_SIGNATURE_SIZE] = {};
    const auto status = sotto_signed_prekey_generate(1, ana().identity.get(), 1, &sevens_, to, key, signature);
    EXPECT_EQ(is_blank(key), status != SOTTO_OK);
    EXPECT_EQ(is_blank(signature), status != SOTTO_OK);
    return status;
  }
  sotto_status kyber_prekey(sotto_buffer* to) {
    std::uint8_t key[SOTTO_KYBER_PUBLIC_KEY_SIZE] = {}, signature[SOTTO_SIGNATURE_SIZE] = {};
    const auto status = sotto_kyber_prekey_generate(1, ana().identity.get(), 1, &sevens_, to, key, signature);
    EXPECT_EQ(is_blank(key), status != SOTTO_OK);
    EXPECT_EQ(is_blank(signature), status != SOTTO_OK);
    return status;
  }
  sotto_status session(sotto_buffer* to) { return sotto_session_serialize(ana().session.get(), to); }
  sotto_status encrypted(sotto_buffer* to) {
    const sotto_context context = ana().with(ben());
    sotto_message_type type{};
    const auto status = all_or_nothing<Session>([&](auto&& after) {
      return sotto_session_encrypt(ana().session.get(), view(text_), &context, after, &type, to);
    });
    EXPECT_EQ(type == sotto_message_type{}, status != SOTTO_OK);
    return status;
  }
  sotto_status decrypted(sotto_buffer* to) {
    const sotto_context context = ben().with(ana());
    return all_or_nothing<Session>([&](auto&& after) {
      return sotto_session_decrypt(ben().session.get(), view(later_.bytes), &context, after, to);
    });
  }
  sotto_status first_decrypted(sotto_buffer* to) {
    const sotto_context context = ben().with(ana());
    const sotto_prekey_records keys = ben().prekeys();
    int began = -1;
    const auto status = all_or_nothing<Session>([&](auto&& after) {
      return sotto_session_decrypt_prekey(nullptr, view(first_.bytes), &keys, &context, after, to, &began);
    });
    EXPECT_EQ(began, status == SOTTO_OK ? 1 : -1);
    return status;
  }
  sotto_status sender_key(sotto_buffer* to) { return sotto_sender_key_serialize(own_chain_.get(), to); }
  sotto_status distribution(sotto_buffer* to) {
    return all_or_nothing<SenderKey>(
        [&](auto&& after) { return sotto_sender_key_distribute(nullptr, group, &sevens_, after, to); });
  }
  sotto_status group_encrypted(sotto_buffer* to) {
    return all_or_nothing<SenderKey>([&](auto&& after) {
      return sotto_sender_key_encrypt(own_chain_.get(), group, view(text_), &sevens_, after, to);
    });
  }
  sotto_status group_decrypted(sotto_buffer* to) {
    return all_or_nothing<SenderKey>(
        [&](auto&& after) { return sotto_sender_key_decrypt(given_chain_.get(), view(to_group_), after, to); });
  }
  sotto_status server_certificate(sotto_buffer* to) {
    return sotto_server_certificate_issue(1, view(ana().identity_key), root_.get(), nullptr, to);
  }
  sotto_status sender_certificate(sotto_buffer* to) {
    const sotto_certified subject{ana_account, 1, view(ana().identity_key), "+15550100"};
    return sotto_sender_certificate_issue(&subject, 1, view(server_certificate_), server_.get(), nullptr, to);
  }
  sotto_status sealed_content(sotto_buffer* to) {
    const sotto_sealed_content whole{SOTTO_MESSAGE_SIGNAL, view(certificate_), view(text_), 0, {}};
    return sotto_sealed_content_serialize(&whole, to);
  }
  sotto_status sealed(sotto_buffer* to) {
    return sotto_seal(view(inside_), ana().identity.get(), view(ben().identity_key), {}, nullptr, to);
  }
  sotto_status sealed_for_many(sotto_buffer* to) {
    const std::uint8_t device = 1;
    const std::uint32_t registration = 1;
    const sotto_sealed_recipient one{{}, &device, &registration, 1, view(ben().identity_key), {}};
    std::uint8_t left_out = 7;
    const auto status =
        sotto_seal_for_many(view(inside_), ana().identity.get(), &one, 1, nullptr, 0, nullptr, to, &left_out);
    EXPECT_EQ(left_out, status == SOTTO_OK ? 0 : 7);
    return status;
  }
  sotto_status received_by(sotto_buffer* to) { return sotto_sent_message_received_by(upload_.get(), 0, to); }
  sotto_status fingerprint(sotto_buffer* to) {
    const sotto_fingerprint_end local{view(text_), view(ana().identity_key)};
    const sotto_fingerprint_end remote{view(inside_), view(ben().identity_key)};
    char digits[61] = "";
    const auto status = sotto_fingerprint(&local, &remote, 2, 5, digits, to);
    EXPECT_EQ(std::string_view(digits).size(), status == SOTTO_OK ? 60u : 0u);
    return status;
  }
  sotto_status decryption_error(sotto_buffer* to) {
    return sotto_decryption_error_make(SOTTO_MESSAGE_SIGNAL, view(later_.bytes), 1, 1, to);
  }

 protected:
  void SetUp() override {
    first_ = ana().send(ben(), "first");
    pair_.settle();
    later_ = ana().send(ben(), "later");
    inside_ = content(later_);
    Room made;
    ASSERT_EQ(sotto_sender_key_distribute(nullptr, group, nullptr, Out(own_chain_), made), SOTTO_OK);
    const Blob distribution = made.taken();
    ASSERT_EQ(sotto_sender_key_accept(nullptr, view(distribution), Out(given_chain_)), SOTTO_OK);
    ASSERT_EQ(group_encrypted(made), SOTTO_OK);
    to_group_ = made.taken();
    ASSERT_EQ(sealed_for_many(made), SOTTO_OK);
    const Blob upload = made.taken();
    ASSERT_EQ(sotto_sent_message_parse(view(upload), Out(upload_)), SOTTO_OK);
  }
  Device& ana() { return pair_.ana; }
  Device& ben() { return pair_.ben; }

 private:
  static void fill(void*, std::uint8_t* bytes, std::size_t size) { std::fill_n(bytes, size, std::uint8_t{7}); }
  sotto_random sevens_{fill, nullptr};
  Message first_, later_;
  Blob text_ = blob("some text"), inside_, to_group_;
  SenderKey own_chain_, given_chain_;
  SentMessage upload_;
};

struct Writer {
  const char* name;
  sotto_status (Writers::*write)(sotto_buffer*);
};

class ApiWriter : public Writers, public testing::WithParamInterface<Writer> {
 protected:
  sotto_status write(sotto_buffer* to) { return (this->*GetParam().write)(to); }
  std::size_t needed() {
    sotto_buffer question{};
    EXPECT_EQ(write(&question), SOTTO_BUFFER_TOO_SMALL);
    return question.size;
  }
};

TEST_P(ApiWriter, SaysTheSizeToWhoAsks) { EXPECT_GT(needed(), 0u); }

TEST_P(ApiWriter, FillsExactlyThatMuchRoom) {
  const std::size_t size = needed();
  Room exact(size);
  ASSERT_EQ(write(exact), SOTTO_OK);
  EXPECT_EQ(exact.size(), size);
}

TEST_P(ApiWriter, WritesNothingIfOneByteIsMissing) {
  const std::size_t size = needed();
  Room short_by_one(size - 1);
  EXPECT_EQ(write(short_by_one), SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(short_by_one.size(), size);
  EXPECT_TRUE(short_by_one.is_untouched());
}

TEST_P(ApiWriter, LeavesTheRestOfALargerBufferAlone) {
  Room large(16'384);
  ASSERT_EQ(write(large), SOTTO_OK);
  EXPECT_TRUE(large.is_untouched_behind());
}

TEST_P(ApiWriter, RefusesABufferWithoutMemory) {
  sotto_buffer unsound{nullptr, 16'384, 0};
  EXPECT_EQ(write(&unsound), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(unsound.size, 0u);
  EXPECT_EQ(write(nullptr), SOTTO_INVALID_ARGUMENT);
}

INSTANTIATE_TEST_SUITE_P(
    Api, ApiWriter,
    testing::Values(Writer{"OneTimePrekey", &Writers::one_time_prekey}, Writer{"SignedPrekey", &Writers::signed_prekey},
                    Writer{"KyberPrekey", &Writers::kyber_prekey}, Writer{"Session", &Writers::session},
                    Writer{"Encrypt", &Writers::encrypted}, Writer{"Decrypt", &Writers::decrypted},
                    Writer{"DecryptPrekey", &Writers::first_decrypted}, Writer{"SenderKey", &Writers::sender_key},
                    Writer{"Distribute", &Writers::distribution}, Writer{"GroupEncrypt", &Writers::group_encrypted},
                    Writer{"GroupDecrypt", &Writers::group_decrypted},
                    Writer{"ServerCertificate", &Writers::server_certificate},
                    Writer{"SenderCertificate", &Writers::sender_certificate},
                    Writer{"SealedContent", &Writers::sealed_content}, Writer{"Seal", &Writers::sealed},
                    Writer{"SealForMany", &Writers::sealed_for_many}, Writer{"ReceivedBy", &Writers::received_by},
                    Writer{"Fingerprint", &Writers::fingerprint},
                    Writer{"DecryptionError", &Writers::decryption_error}),
    [](const auto& writer) { return writer.param.name; });

}  // namespace
}  // namespace sotto::test
