# Real calls: lastcall as a program against the peers of docs/INTEROP.md. Skipped, with a notice,
# where a peer is not installed.
foreach(name serve call crash full_disk sipp kamailio baresip linphone sipsak auth
    kamailio_auth transfer import replay roundtrip browser campaign)
  add_test(NAME e2e.${name}
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/${name}_test.py
            $<TARGET_FILE:lastcall>)
  set_tests_properties(e2e.${name} PROPERTIES LABELS e2e SKIP_RETURN_CODE 77 TIMEOUT 300
                       RUN_SERIAL TRUE  # a caller that waits 0.5 s for the machine repeats itself
                      )
endforeach()
