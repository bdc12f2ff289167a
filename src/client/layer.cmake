target_link_libraries(sotto_client PRIVATE ICU::i18n ICU::uc)
