#!/bin/sh
# Stands in for esorex and a recipe that costs nothing: what is left is phoenix itself. Counts its starts as test/integration/workflows/
# fake-esorex.mjs does.
read -r frame _ < in.sof
raw=${frame##*/}
for word; do case $word in --recipe-dir=*) folder=${word#--recipe-dir=} ;; esac; done
echo "${raw%.fits}" >> "$folder/starts"
cp "$folder/product.fits" products/red.fits
echo 'nothing was done' > esorex.log
echo '[{"name":"products/red.fits","category":"RED_SCI_POINT_BLUE"}]' > products.json
