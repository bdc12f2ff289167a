// Writes the seeds of the fuzz targets of wire/: `record_corpus fuzz/corpus`. Not a test; run by hand when a format
// changes.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "support/registration_draft.hpp"
#include "wire/content.hpp"
#include "wire/linking.hpp"
#include "wire/links.hpp"
#include "wire/padding.hpp"
#include "wire/recovery_key.hpp"

namespace {

using namespace sotto;

struct Corpus {
  std::filesystem::path folder;
  void keep(const std::string& target, const std::string& name, base::View bytes) const {
    std::filesystem::create_directories(folder / target);
    std::ofstream(folder / target / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  void keep(const std::string& target, const std::string& name, const std::string& text) const {
    keep(target, name, base::view(text));
  }
};

wire::Content content(test::RegistrationDraft& draft) {
  wire::Content made;
  made.message_id = {1, 2, 3};
  made.sent_at = {1'800'000'000'000};
  made.recipient = draft.account_id();
  made.seq = 7;
  made.own_list = {.order = {.links = 0, .epoch = 20'000, .version = 1}, .list_hash = {9}};
  made.body = wire::Text{"hello"};
  return made;
}

void statements(const Corpus& corpus) {
  test::RegistrationDraft draft(1);
  corpus.keep("registration", "accepted", draft.request());
  test::RegistrationDraft tampered(2);
  tampered.change_list = [](wire::DeviceList& list) { list.order.version = 2; };
  corpus.keep("registration", "not_the_first_list", tampered.request());
  corpus.keep("introduction", "first", draft.introduction().serialize());
  test::RegistrationDraft pinned(3);
  pinned.change_list = [](wire::DeviceList& list) {
    list.tls_pin = wire::Hash{1};
    list.order.version = 2;
    list.previous = {wire::Hash{2}, wire::Hash{3}};
  };
  corpus.keep("introduction", "merge_with_pin", pinned.introduction().serialize());
}

void messages(const Corpus& corpus) {
  test::RegistrationDraft draft(1);
  wire::Content plain = content(draft);
  corpus.keep("content", "text", plain.serialize());
  corpus.keep("content", "text_padded", wire::pad(plain.serialize()));
  plain.seq_start = 7;
  plain.view = wire::ListView{.order = {.links = 0, .epoch = 5, .version = 2}, .list_hash = {8}};
  plain.introduction = draft.introduction();
  plain.claimed_name = "ana";
  corpus.keep("content", "first_message", plain.serialize());
}

void prekeys(const Corpus& corpus) {
  test::RegistrationDraft draft(1);
  const wire::PrekeyUpload upload = draft.prekeys();
  corpus.keep("prekeys", "upload", upload.serialize());
  wire::DeviceBundle bundle{.number = wire::DeviceNumber(1),
                            .registration_id = wire::RegistrationId(4242),
                            .identity_key = draft.identity.public_key,
                            .signed_prekey = *upload.signed_prekey,
                            .one_time = upload.one_time.front(),
                            .kyber = upload.one_time_kyber.front()};
  corpus.keep("prekeys", "bundle", bundle.serialize());
  bundle.one_time.reset();
  bundle.kyber = *upload.last_resort;
  corpus.keep("prekeys", "bundle_of_last_resort", bundle.serialize());
}

/// A link's message alone, for the half of the target that adds the check.
void texts(const Corpus& corpus) {
  test::RegistrationDraft draft(1);
  const wire::ContactLink contact{.home_server = "chat.example:443",
                                  .account_id = draft.account_id(),
                                  .token = {1, 2, 3},
                                  .links = 0,
                                  .epoch = 20'000,
                                  .tls_pin = wire::Hash{7}};
  corpus.keep("links", "contact", contact.text());
  const wire::VerifyLink verify{.scannable = {1, 2, 3}, .local = {0, 5, 1}, .remote = {0, 6, 2}};
  corpus.keep("links", "verify", verify.text());
  corpus.keep("links", "contact_message",
              wire::StrictWriter()
                  .number(1, 1)
                  .bytes(2, contact.home_server)
                  .bytes(3, contact.account_id.view())
                  .bytes(4, contact.token)
                  .number(5, 0)
                  .number(6, 20'000)
                  .done());
  const wire::RecoveryKey key(base::Bytes<32>{1, 2, 3});
  corpus.keep("recovery_key", "text", wire::to_text(key));
  corpus.keep("recovery_key", "qr", wire::to_qr_text(key));
  std::string words;
  for (const std::string& word : wire::to_words(key)) words += word + ' ';
  corpus.keep("recovery_key", "words", words);
}

void linking(const Corpus& corpus) {
  test::RegistrationDraft draft(1);
  const wire::Introduction introduction = draft.introduction();
  const wire::LinkOffer offer{
      .nonce = {1},
      .account_id = draft.account_id(),
      .account_name = "ana",
      .certificate_hash = wire::hash(wire::names::account_certificate, introduction.certificate.statement),
      .list_hash = wire::hash(wire::names::device_list, introduction.list.statement),
      .introduction = introduction,
      .grant = {2},
      .mailbox_id = draft.mailbox};
  corpus.keep("linking", "offer", offer.serialize());
  const wire::LinkReveal reveal{.nonce = {3}, .kind = wire::DeviceKind::phone, .name = "a phone"};
  corpus.keep("linking", "reveal", reveal.serialize());
  corpus.keep("linking", "place", wire::LinkPlace{.number = wire::DeviceNumber(2)}.serialize());
  corpus.keep("linking", "application",
              wire::LinkApplication{.number = wire::DeviceNumber(2), .consent = {4}}.serialize());
  const wire::LinkWelcome welcome{
      .introduction = introduction, .account_secret = {5}, .profile_key = {6}, .link_token = {7}};
  corpus.keep("linking", "welcome", welcome.serialize());
  const wire::DeviceLink link{
      .home_server = "chat.example:443", .rendezvous = {1}, .bundle_hash = {2}, .reveal_hash = {3}};
  corpus.keep("links", "device", link.text());
  corpus.keep("links", "device_message", link.message());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return std::cerr << "usage: record_corpus FOLDER\n", 2;
  const Corpus corpus{arguments[1]};
  statements(corpus);
  messages(corpus);
  prekeys(corpus);
  texts(corpus);
  linking(corpus);
}
