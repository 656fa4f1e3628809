# Writes the tables beside it: Rscript write.R. Its rows are those of tests/core/test_tables_r.py.
invisible(Sys.setlocale("LC_ALL", "C.UTF-8"))
texts <- c("plain", "says \"hello\"", "two\nlines, \"quoted\"", "a, b; c", "C:\\dir", "Gr\u00fc\u00dfe", "it's #1",
           "\"", "\"\"", "\"starts", "ends\"", "x\n\ny", NA, "", "'single', 'quoted'", "1,5", "tab\there")
rows <- data.frame(id = as.character(100000 + seq_along(texts)), text = texts,
                   image_url = sprintf("https://a.example/%d.jpg", seq_along(texts)),
                   likes = c(1.5, NA, seq_along(texts)[-(1:2)]), place = "K\u00f6ln")

write.csv(rows, "csv.csv")
write.csv(rows, "csv_latin1.csv", row.names = FALSE, fileEncoding = "latin1")
write.csv(rows, "csv_utf16.csv", row.names = FALSE, na = "", fileEncoding = "UTF-16")
write.csv2(rows, "csv2_latin1.csv", fileEncoding = "latin1")
write.csv2(rows, "csv2_utf16le.csv", row.names = FALSE, fileEncoding = "UTF-16LE")
write.table(rows, "table.txt")
write.table(rows, "table_double.txt", qmethod = "double", row.names = FALSE)
write.table(rows, "table_crlf.txt", eol = "\r\n", fileEncoding = "UTF-16")
write.table(rows, "table_tabs.txt", sep = "\t")
write.table(rows, "table_tabs_names.txt", sep = "\t", col.names = NA, qmethod = "double")
write.table(rows, "table_semicolons.txt", sep = ";", row.names = FALSE, fileEncoding = "latin1")

# Without quotation marks only texts without delimiters and line ends can be told apart.
simple <- rows[!grepl("[\n\t,;\"]", rows$text), ]
write.csv(simple, "csv_bare.csv", quote = FALSE, row.names = FALSE)
write.table(simple, "table_bare.txt", quote = FALSE, sep = "\t")
# With them as they are: rows that their texts cut in two, which has to be said.
write.table(rows, "table_cut.txt", quote = FALSE, sep = "\t", row.names = FALSE)
